import { Router } from 'express'
import type { Request, Response } from 'express'
import { sha256 } from '../hashing.ts'
import { issuersOf } from '../tenant-context.ts'
import type { TenantContext } from '../tenant-context.ts'
import { findUser } from '../users/users.store.ts'
import { TokenInvalid, verifyAccessToken } from './access-token.ts'
import { dpopThumbprint } from './dpop.ts'
import { claimsOf } from './issue-tokens.ts'
import { OAuthError } from './oauth-error.ts'
import { scopesOf } from './token-request.ts'

interface Bearer {
  userId: string
  scopes: string[]
  dpopThumbprint: string | undefined
}

/** `/userinfo` (OIDC Core §5.3). Refuses with the bare text that Auth0 answers; what was wrong stands in the header. */
export function userinfoRoutes(context: TenantContext): Router {
  const router = Router()
  const answer = async (req: Request, res: Response) => {
    try {
      const [scheme = '', token = ''] = req.headers.authorization?.split(' ', 2) ?? []
      if (!/^(bearer|dpop)$/i.test(scheme) || token === '') throw new TokenInvalid('An access token is required')
      const bearer = await bearerOf(context, token)
      if (bearer.dpopThumbprint !== undefined || /^dpop$/i.test(scheme)) {
        // A bound token is worth nothing without its key, and does not pass for another kind (RFC 9449 §7.1, §7.2).
        if (!/^dpop$/i.test(scheme)) throw new TokenInvalid('A bound token goes under the scheme DPoP')
        const proven = await dpopThumbprint(context, req, token)
        if (proven === undefined || proven !== bearer.dpopThumbprint)
          throw new TokenInvalid('The DPoP proof is missing or by another key')
      }
      const user = await findUser(context.db, bearer.userId)
      if (!user) throw new TokenInvalid('The user is gone')
      res
        .setHeader('Cache-Control', 'no-store')
        .json({ sub: user.user_id, ...claimsOf(user, { scopes: bearer.scopes, origin: context.origins()[0] ?? '' }) })
    } catch (error) {
      if (!(error instanceof TokenInvalid) && !(error instanceof OAuthError)) throw error
      res.setHeader(
        'WWW-Authenticate',
        `Bearer realm="Users", error="invalid_token", error_description="${error.message}"`,
      )
      res.status(401).type('text').send('Unauthorized')
    }
  }
  router.get('/userinfo', answer)
  router.post('/userinfo', answer)
  return router
}

async function bearerOf(context: TenantContext, token: string): Promise<Bearer> {
  if (token.length === 32) {
    const row = await context.db
      .selectFrom('opaque_access_tokens')
      .select(['user_id', 'scope', 'dpop_jkt'])
      .where('token_hash', '=', sha256(token))
      .where('expires_at', '>', context.now())
      .executeTakeFirst()
    if (!row) throw new TokenInvalid('The access token is unknown or has expired')
    return { userId: row.user_id, scopes: scopesOf(row.scope), dpopThumbprint: row.dpop_jkt ?? undefined }
  }
  const issuers = issuersOf(context)
  const { subject, audience, scopes, dpopThumbprint } = await verifyAccessToken(
    { keys: context.keys, issuers, now: context.now() },
    token,
  )
  if (!issuers.some((issuer) => audience.includes(`${issuer}userinfo`)))
    throw new TokenInvalid('The access token is not for /userinfo')
  return { userId: subject, scopes, dpopThumbprint }
}
