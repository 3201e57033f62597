import type { Request, RequestHandler } from 'express'
import { TokenInvalid, verifyAccessToken } from '../oidc/access-token.ts'
import type { AccessToken } from '../oidc/access-token.ts'
import { dpopThumbprint } from '../oidc/dpop.ts'
import { OAuthError } from '../oidc/oauth-error.ts'
import { isManagementAudience } from '../resource-servers/resource-servers.store.ts'
import { issuersOf } from '../tenant-context.ts'
import type { TenantContext } from '../tenant-context.ts'
import { ManagementError } from './management-error.ts'

const callers = new WeakMap<Request, AccessToken>()

/** Lets through who carries a token for the Management API; the refusals are Auth0's. */
export function authenticate(context: TenantContext): RequestHandler {
  return async (req, res, next) => {
    const { authorization } = req.headers
    if (authorization === undefined) {
      res.setHeader('WWW-Authenticate', 'Bearer')
      throw new ManagementError(401, 'Missing authentication')
    }
    const [scheme = '', token = '', ...rest] = authorization.split(' ')
    if (!/^(bearer|dpop)$/i.test(scheme) || token === '' || rest.length > 0) {
      throw new ManagementError(400, 'Bad HTTP authentication header format', 'Bearer')
    }
    try {
      const accessToken = await verifyAccessToken(
        { keys: context.keys, issuers: issuersOf(context), now: context.now() },
        token,
      )
      const origins = context.origins()
      if (!accessToken.audience.some((audience) => isManagementAudience(origins, audience)))
        throw new TokenInvalid('Invalid token')
      if (accessToken.dpopThumbprint !== undefined) {
        // A bound token does not pass for one that anybody may carry (RFC 9449 §7.2).
        if (!/^dpop$/i.test(scheme)) throw new TokenInvalid('Invalid token')
        const proven = await dpopThumbprint(context, req, token)
        if (proven !== accessToken.dpopThumbprint) throw new TokenInvalid('Invalid token')
      }
      callers.set(req, accessToken)
    } catch (error) {
      if (!(error instanceof TokenInvalid) && !(error instanceof OAuthError)) throw error
      res.setHeader('WWW-Authenticate', 'Bearer error="invalid_token"')
      throw Object.assign(new ManagementError(401, error.message), { cause: error })
    }
    next()
  }
}

/**
 * Every route names the scopes of which its caller needs one.
 * @throws ManagementError 403 in Auth0's words
 */
export function requireScope(req: Request, ...anyOf: string[]): void {
  if (anyOf.some((scope) => hasScope(req, scope))) return
  throw new ManagementError(403, `Insufficient scope, expected any of: ${anyOf.join(',')}`, 'insufficient_scope')
}

/**
 * As requireScope, where a person may also do it to themself with a scope of their own.
 * @throws ManagementError 403
 */
export function requireScopeOn(
  req: Request,
  { userId, anyOf, own }: { userId: string; anyOf: string[]; own: string[] },
): void {
  if (callers.get(req)?.subject === userId && own.some((scope) => hasScope(req, scope))) return
  requireScope(req, ...anyOf)
}

/** The token behind a request that `authenticate` let through. */
export function callerOf(req: Request): AccessToken {
  const caller = callers.get(req)
  if (!caller) throw new ManagementError(401, 'Missing authentication')
  return caller
}

export function hasScope(req: Request, scope: string): boolean {
  return callers.get(req)?.scopes.includes(scope) ?? false
}
