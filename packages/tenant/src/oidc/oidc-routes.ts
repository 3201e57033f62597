import { Router } from 'express'
import type { ErrorRequestHandler } from 'express'
import { noteFailure, toRollcallError } from '@rollcall/http-kit'
import { isOvertaken } from '../overtaken.ts'
import type { TenantContext } from '../tenant-context.ts'
import { dbconnectionsRoutes } from '../accounts/dbconnections.routes.ts'
import { deviceFlowRoutes } from '../device-flow/device-flow.routes.ts'
import { mfaApiRoutes } from '../mfa/mfa.routes.ts'
import { passwordlessRoutes } from '../passwordless/passwordless.routes.ts'
import { authorizeRoutes } from './authorize.routes.ts'
import { crossOrigin } from './cross-origin.ts'
import { discoveryRoutes } from './discovery.routes.ts'
import { logoutRoutes } from './logout.routes.ts'
import { OAuthError } from './oauth-error.ts'
import { pushedRequestRoutes } from './pushed-requests.ts'
import { tokenRoutes } from './token.routes.ts'
import { userinfoRoutes } from './userinfo.routes.ts'

/** The sign-in side: OAuth 2.0 and OpenID Connect as Auth0 speaks them. */
export function oidcRoutes(context: TenantContext): Router {
  const router = Router()
  router.use(discoveryRoutes(context))
  router.use(['/oauth', '/userinfo', '/dbconnections', '/passwordless', '/mfa'], crossOrigin(context))
  router.use(tokenRoutes(context), userinfoRoutes(context), authorizeRoutes(context), logoutRoutes(context))
  router.use(dbconnectionsRoutes(context), passwordlessRoutes(context), mfaApiRoutes(context))
  router.use(deviceFlowRoutes(context), pushedRequestRoutes(context))
  router.use(oauthErrorHandler)
  return router
}

/** Speaks RFC 6749 §5.2; an error outside the family is a bug, and its caller gets no more than that. */
const oauthErrorHandler: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (res.headersSent) return next(error)
  res.setHeader('Cache-Control', 'no-store')
  if (error instanceof OAuthError) {
    if (error.status === 401 && req.headers.authorization !== undefined)
      res.setHeader('WWW-Authenticate', 'Basic realm="oauth"')
    const body = {
      error: error.error,
      error_description: error.message,
      ...(error.uri !== undefined && { error_uri: error.uri }),
      ...error.extra,
    }
    return void res
      .status(error.status)
      .setHeader('Content-Type', 'application/json')
      .send(Buffer.from(JSON.stringify(body)))
  }
  const known = toRollcallError(error)
  if (known) return void res.status(known.status).json({ error: 'invalid_request', error_description: known.message })
  if (isOvertaken(error))
    return void res.status(403).json({ error: 'invalid_grant', error_description: 'What this refers to was removed at the same moment.' }) // prettier-ignore
  noteFailure(req, error)
  res.status(500).json({ error: 'server_error', error_description: 'Something went wrong on our side.' })
}
