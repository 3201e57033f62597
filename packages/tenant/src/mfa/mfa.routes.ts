import { Router, json, urlencoded } from 'express'
import type { Request } from 'express'
import { z } from 'zod'
import {
  addMethod,
  listMethods,
  removeMethods,
  renewRecoveryCode,
} from '../authentication-methods/authentication-methods.store.ts'
import type { AuthenticationMethod } from '../authentication-methods/authentication-methods.store.ts'
import { newTotpSecret, totpUri } from '../authentication-methods/totp.ts'
import { authenticateClient } from '../oidc/client-authentication.ts'
import { OAuthError, invalidRequest } from '../oidc/oauth-error.ts'
import { readTokenRequest } from '../oidc/token-request.ts'
import { isStorable } from '../storable.ts'
import type { TenantContext } from '../tenant-context.ts'
import { readTenantSettings } from '../tenant-settings/tenant-settings.store.ts'
import { readMfaToken } from './mfa-tokens.store.ts'

const Associate = z.object({ authenticator_types: z.array(z.string().max(32)).min(1).max(8) })

/** Second factors for applications that have pages of their own (Auth0 Authentication API, "Multi-factor Authentication"). */
export function mfaApiRoutes(context: TenantContext): Router {
  const router = Router()
  router.use('/mfa', json({ limit: '64kb' }), urlencoded({ extended: false, limit: '64kb' }))

  router.post('/mfa/challenge', async (req, res) => {
    const body = (req.body ?? {}) as Record<string, unknown>
    const client = await authenticateClient(context, req, readTokenRequest({ ...body, grant_type: 'mfa' }), { mayBeAnonymous: true }) // prettier-ignore
    const { user } = await readMfaToken(context, { token: textOf(body.mfa_token), clientId: client.clientId })
    const types = (textOf(body.challenge_type) ?? 'otp').split(' ')
    const isEnrolled = (await listMethods(context.db, user.user_id)).some(({ type, confirmed }) => type === 'totp' && confirmed) // prettier-ignore
    if (!types.includes('otp')) throw new OAuthError(400, 'unsupported_challenge_type', 'User is not enrolled with requested challenge types.') // prettier-ignore
    if (!isEnrolled) throw new OAuthError(403, 'association_required', 'The user has to associate an authenticator first.') // prettier-ignore
    res.json({ challenge_type: 'otp' })
  })

  router.post('/mfa/associate', async (req, res) => {
    const { user } = await readMfaToken(context, { token: bearerOf(req) })
    const read = Associate.safeParse(req.body ?? {})
    if (!read.success) throw invalidRequest('Missing required parameter: authenticator_types')
    if (!read.data.authenticator_types.includes('otp'))
      throw new OAuthError(400, 'unsupported_challenge_type', 'Only otp can be associated here.')
    const methods = await listMethods(context.db, user.user_id)
    // Whoever has one shows it before they add another: a password alone must not replace a second factor.
    if (methods.some(({ type, confirmed }) => type === 'totp' && confirmed))
      throw new OAuthError(403, 'access_denied', 'MFA is required to associate another authenticator.')
    const secret = newTotpSecret()
    await addMethod(context, { userId: user.user_id, type: 'totp', confirmed: false, secret })
    const hasRecovery = methods.some(({ type }) => type === 'recovery-code')
    const recovery = hasRecovery ? undefined : await renewRecoveryCode(context, user.user_id)
    const { friendly_name: issuer } = await readTenantSettings(context.db)
    context.logs.write({ type: 'gd_start_enroll', description: 'MFA enrollment started', user_id: user.user_id })
    res.json({
      authenticator_type: 'otp',
      secret,
      barcode_uri: totpUri({ secret, issuer: String(issuer), account: user.email ?? user.username ?? user.user_id }),
      ...(recovery !== undefined && { recovery_codes: [recovery] }),
    })
  })

  router.get('/mfa/authenticators', async (req, res) => {
    const { user } = await readMfaToken(context, { token: bearerOf(req) })
    res.json((await listMethods(context.db, user.user_id)).filter(isShown).map(present))
  })

  router.delete('/mfa/authenticators/:id', async (req, res) => {
    const { user } = await readMfaToken(context, { token: bearerOf(req) })
    const methods = await listMethods(context.db, user.user_id)
    const method = methods.find((one) => idOf(one) === req.params.id)
    if (!method) throw new OAuthError(404, 'not_found', 'Authenticator not found')
    // Only one that was never confirmed: with the password alone nobody takes a second factor away.
    if (method.confirmed) throw new OAuthError(403, 'access_denied', 'MFA is required to remove this authenticator.')
    await removeMethods(context, { userId: user.user_id, id: method.id })
    res.status(204).end()
  })
  return router
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= 1024 && isStorable(value) ? value : undefined

/** @throws OAuthError */
function bearerOf(req: Request): string {
  const [scheme, token] = req.headers.authorization?.split(' ', 2) ?? []
  if (scheme?.toLowerCase() === 'bearer' && token !== undefined) return token
  throw new OAuthError(401, 'access_denied', 'Unauthorized')
}

const types: Record<string, string> = { totp: 'otp', 'recovery-code': 'recovery-code' }
const isShown = ({ type }: AuthenticationMethod) => Object.hasOwn(types, type)
const idOf = ({ id, type }: AuthenticationMethod) => `${type}|${id}`
const present = (method: AuthenticationMethod) => ({
  id: idOf(method),
  authenticator_type: types[method.type],
  active: method.confirmed,
  ...(method.name !== null && { name: method.name }),
})
