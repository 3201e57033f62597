import { NotFound, problemHandler, requestContext, type Logger } from '@rollcall/http-kit'
import { tenantOrigin, type TenantClient } from '@rollcall/tenant-client'
import { Router } from 'express'
import { createGuard } from './access/guard.ts'
import { dashboardRoutes } from './dashboard/dashboard.routes.ts'
import { documentationRoutes } from './documentation/documentation.routes.ts'
import { healthRoutes } from './features/health/health.routes.ts'
import { meRoutes } from './features/me/me.routes.ts'
import { usersRoutes } from './features/users/users.routes.ts'
import { securityHeaders } from './security-headers.ts'

export interface RollcallOptions {
  auth: {
    /** The tenant's domain, `example.eu.auth0.com`, or an origin, `http://localhost:8001`, for one on this machine. */
    domain: string
    /** The identifier of the application's own API: staff's access tokens are for it. */
    audience: string
    /** The single-page application that staff sign in to. */
    spaClientId: string
    /** The `iss` of tokens to trust; the domain's own when absent. More for a custom domain, or a tenant with two origins. */
    issuers?: readonly string[]
    /** PEM of a certificate authority to trust besides the well-known ones. */
    ca?: string
    /** Whether the dashboard binds its tokens by DPoP. The API takes bound ones either way. */
    usesDpop?: boolean
  }
  tenant: TenantClient
  /** The built dashboard, as a folder of files. Absent: only the API. */
  dashboardFolder?: string
  logger: Logger
}

/**
 * Rollcall as an Express 5 router: mount it at `/` or below any path. It trusts what Express says of a request, so behind a proxy
 * set `trust proxy` on the application that mounts it; it sends no CORS headers, and leaves HSTS to that application.
 */
export function createRollcall({ auth, tenant, dashboardFolder, logger }: RollcallOptions): Router {
  const origin = tenantOrigin(auth.domain)
  const [issuer = `${origin}/`, ...otherIssuers] = auth.issuers ?? []
  const guard = createGuard({ issuer, otherIssuers, audience: auth.audience, ca: auth.ca })

  const api = Router()
  api.use((_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store') // people's data; no shared cache and no disk keeps it
    next()
  })
  api.use(meRoutes({ guard, tenant }))
  api.use(usersRoutes({ guard, tenant }))
  api.use(documentationRoutes())
  api.use((req) => {
    throw new NotFound('no-such-address', `There is nothing at ${req.originalUrl.split('?', 1)[0]}.`)
  })

  const router = Router()
  router.use(requestContext(logger), securityHeaders(origin))
  router.use('/api', api)
  router.use(healthRoutes({ tenant }))
  if (dashboardFolder !== undefined) {
    const { domain, audience, spaClientId: clientId, usesDpop = false } = auth
    router.use(dashboardRoutes({ folder: dashboardFolder, auth: { domain, audience, clientId, usesDpop } }))
  }
  router.use(problemHandler)
  return router
}
