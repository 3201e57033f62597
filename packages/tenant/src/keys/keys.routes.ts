import { Router } from 'express'
import { z } from 'zod'
import { requireScope } from '../management/authorize.ts'
import { ManagementError, badRequest } from '../management/management-error.ts'
import { validate } from '../management/validate.ts'
import type { TenantContext } from '../tenant-context.ts'
import type { KeyDescription } from '../signing-keys/signing-keys.ts'

const BlacklistBody = z.strictObject({ jti: z.string().min(1).max(256), aud: z.string().max(600).optional() })

/** The keys that sign, and access that is taken back. */
export function keysRoutes({ db, keys, now }: TenantContext): Router {
  const router = Router()
  const present = ({ kid, status, certificate, pkcs7, fingerprint, thumbprint, at, revokedAt }: KeyDescription) => ({
    kid,
    cert: certificate,
    pkcs7,
    current: status === 'current',
    next: status === 'next',
    previous: status === 'previous' || status === 'revoked',
    fingerprint,
    thumbprint,
    revoked: status === 'revoked',
    current_since: at.toISOString(),
    ...(revokedAt && { revoked_at: revokedAt.toISOString() }),
  })
  const find = async (kid: string) => {
    const key = (await keys.list()).find((one) => one.kid === kid)
    if (!key) throw new ManagementError(404, 'Key not found.', 'inexistent_key')
    return key
  }

  router.get('/keys/signing', async (req, res) => {
    requireScope(req, 'read:signing_keys')
    res.json((await keys.list()).map(present))
  })
  router.get('/keys/signing/:kid', async (req, res) => {
    requireScope(req, 'read:signing_keys')
    res.json(present(await find(req.params.kid)))
  })
  router.post('/keys/signing/rotate', async (req, res) => {
    requireScope(req, 'create:signing_keys')
    await keys.rotate()
    const { kid, certificate } = (await keys.list()).find(({ status }) => status === 'current') ?? {}
    res.status(201).json({ kid, cert: certificate })
  })
  router.put('/keys/signing/:kid/revoke', async (req, res) => {
    requireScope(req, 'update:signing_keys')
    const { status } = await find(req.params.kid)
    if (status === 'current' || status === 'next')
      throw badRequest('The key is in use: rotate before revoking it.', 'operation_not_supported')
    await keys.revoke(req.params.kid)
    const { kid, certificate, revokedAt } = await find(req.params.kid)
    res.json({ kid, cert: certificate, revoked_at: (revokedAt ?? now()).toISOString() })
  })

  // Old access tokens of the Management API carried a jti; those of today do not, and nothing is left to refuse.
  router.post('/blacklists/tokens', (req, res) => {
    requireScope(req, 'blacklist:tokens')
    validate(BlacklistBody, req.body, 'body')
    res.status(204).end()
  })
  router.get('/anomaly/blocks/ips/:ip', async (req, res) => {
    requireScope(req, 'read:anomaly_blocks')
    const row = await db.selectFrom('user_blocks').select('ip').where('ip', '=', req.params.ip).executeTakeFirst()
    if (!row) throw new ManagementError(404, 'Not Found')
    res.json({})
  })
  router.delete('/anomaly/blocks/ips/:ip', async (req, res) => {
    requireScope(req, 'delete:anomaly_blocks')
    await db.deleteFrom('user_blocks').where('ip', '=', req.params.ip).execute()
    res.status(204).end()
  })
  return router
}
