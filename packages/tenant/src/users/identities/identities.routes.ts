import { Router } from 'express'
import type { Request } from 'express'
import { z } from 'zod'
import { callerOf, requireScope, requireScopeOn } from '../../management/authorize.ts'
import { badRequest } from '../../management/management-error.ts'
import { validate } from '../../management/validate.ts'
import { TokenInvalid, verifyIdToken } from '../../oidc/access-token.ts'
import { issuersOf } from '../../tenant-context.ts'
import type { TenantContext } from '../../tenant-context.ts'
import { linkIdentity, unlinkIdentity } from './link-identity.ts'
import type { IdentityName } from './link-identity.ts'

const LinkBody = z.strictObject({
  provider: z.string().min(1).max(64).optional().describe('The type of identity provider'),
  connection_id: z.string().max(64).optional().describe('connection_id of the secondary user account being linked when more than one `auth0` database provider exists.'),
  user_id: z.union([z.string().min(1).max(320), z.int()]).optional().describe('user_id of the secondary user account being linked.'),
  link_with: z.string().max(16_384).optional().describe("JWT for the secondary account being linked. If sending this parameter, `provider`, `user_id`, and `connection_id` must not be sent."),
}) // prettier-ignore

/** Linking accounts, and taking them apart again. */
export function identitiesRoutes(context: TenantContext): Router {
  const router = Router()

  router.post('/users/:id/identities', async (req, res) => {
    const userId = req.params.id
    const { provider, user_id: secondary, link_with: token } = validate(LinkBody, req.body, 'body')
    if (token === undefined) requireScope(req, 'update:users')
    else requireScopeOn(req, { userId, anyOf: ['update:users'], own: ['update:current_user_identities'] })
    if (token !== undefined) {
      if (provider !== undefined || secondary !== undefined)
        throw badRequest('link_with cannot be sent together with provider, user_id or connection_id.')
      return void res.status(201).json(await linkIdentity(context, userId, await readToken(req, token)))
    }
    if (provider === undefined || secondary === undefined) {
      const missing = provider === undefined ? 'provider' : 'user_id'
      throw badRequest(`Payload validation error: 'Missing required property: ${missing}'.`)
    }
    const prefix = `${provider}|`
    const text = String(secondary)
    const identityId = text.startsWith(prefix) ? text.slice(prefix.length) : text
    res.status(201).json(await linkIdentity(context, userId, { provider, identityId }))
  })

  router.delete('/users/:id/identities/:provider/:identity', async (req, res) => {
    const { id: userId, provider, identity: identityId } = req.params
    requireScopeOn(req, { userId, anyOf: ['update:users'], own: ['update:current_user_identities'] })
    res.json(await unlinkIdentity(context, userId, { provider, identityId }))
  })

  /** The account that an id token of ours speaks for: proof that the caller holds that account, too. */
  async function readToken(req: Request, token: string): Promise<IdentityName> {
    const { clientId } = callerOf(req)
    try {
      const { subject, audience } = await verifyIdToken(
        { keys: context.keys, issuers: issuersOf(context), now: context.now() },
        token,
      )
      if (!audience.includes(clientId)) {
        throw badRequest("JWT (link_with) must have an aud claim that matches that of the calling token's azp.")
      }
      const bar = subject.indexOf('|')
      if (bar < 1) throw badRequest('JWT (link_with) contains an invalid sub claim.')
      return { provider: subject.slice(0, bar), identityId: subject.slice(bar + 1) }
    } catch (error) {
      if (!(error instanceof TokenInvalid)) throw error
      throw Object.assign(badRequest('Invalid token (link_with).'), { cause: error })
    }
  }
  return router
}
