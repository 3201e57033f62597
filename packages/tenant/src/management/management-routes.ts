import { STATUS_CODES } from 'node:http'
import { noteFailure, toRollcallError } from '@rollcall/http-kit'
import { Router, json } from 'express'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { clientGrantsRoutes } from '../client-grants/client-grants.routes.ts'
import { clientsRoutes } from '../clients/clients.routes.ts'
import { connectionsRoutes } from '../connections/connections.routes.ts'
import { authenticationMethodsRoutes } from '../authentication-methods/authentication-methods.routes.ts'
import { keysRoutes } from '../keys/keys.routes.ts'
import { deviceCredentialsRoutes } from '../device-credentials/device-credentials.routes.ts'
import { documentsRoutes } from '../documents/documents.routes.ts'
import { specialDocumentsRoutes } from '../documents/special.routes.ts'
import { grantsRoutes } from '../grants/grants.routes.ts'
import { jobsRoutes } from '../jobs/jobs.routes.ts'
import type { JobRunner } from '../jobs/run-jobs.ts'
import { logManagement } from '../logs/log-management.ts'
import { logsRoutes } from '../logs/logs.routes.ts'
import { refreshTokensRoutes } from '../refresh-tokens/refresh-tokens.routes.ts'
import { sessionsRoutes } from '../sessions/sessions.routes.ts'
import { statsRoutes } from '../stats/stats.routes.ts'
import { ticketsRoutes } from '../tickets/tickets.routes.ts'
import { userBlocksRoutes } from '../user-blocks/user-blocks.routes.ts'
import { identitiesRoutes } from '../users/identities/identities.routes.ts'
import { organizationsRoutes } from '../organizations/organizations.routes.ts'
import { resourceServersRoutes } from '../resource-servers/resource-servers.routes.ts'
import { rolesRoutes } from '../roles/roles.routes.ts'
import type { TenantContext } from '../tenant-context.ts'
import { tenantSettingsRoutes } from '../tenant-settings/tenant-settings.routes.ts'
import { usersRoutes } from '../users/users.routes.ts'
import { authenticate } from './authorize.ts'
import { ManagementError, badRequest } from './management-error.ts'
import { isOvertaken } from '../overtaken.ts'
import { deepestNesting, isStorable, isTooDeep } from '../storable.ts'

/** The Management API, to be mounted at `/api/v2`. */
export function managementRoutes(context: TenantContext, jobs: JobRunner): Router {
  const router = Router()
  router.use(authenticate(context), logManagement(context), forgetAfterWrites(context), json({ limit: '1mb' }))
  router.use((req, _res, next) => {
    if (isTooDeep(req.body)) {
      req.body = undefined // nobody is to walk it, the log neither
      throw badRequest(`Payload validation error: 'The body is nested deeper than ${deepestNesting} levels'.`)
    }
    if (isStorable(decodeURIComponent(req.path))) return next()
    throw badRequest("Path validation error: 'String holds characters that cannot be stored'.", 'invalid_uri')
  })
  router.use(usersRoutes(context), rolesRoutes(context), clientsRoutes(context))
  router.use(resourceServersRoutes(context), clientGrantsRoutes(context), connectionsRoutes(context))
  router.use(organizationsRoutes(context), tenantSettingsRoutes(context), identitiesRoutes(context))
  router.use(sessionsRoutes(context), refreshTokensRoutes(context), userBlocksRoutes(context), grantsRoutes(context))
  router.use(jobsRoutes(context, jobs), ticketsRoutes(context), logsRoutes(context), statsRoutes(context))
  router.use(authenticationMethodsRoutes(context), keysRoutes(context))
  router.use(deviceCredentialsRoutes(context), specialDocumentsRoutes(context), documentsRoutes(context))
  router.use(nothingHere, managementErrorHandler)
  return router
}

/** What a write changed counts before its caller hears that it was done. */
const forgetAfterWrites =
  ({ recent }: TenantContext): RequestHandler =>
  (req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      const writeHead = res.writeHead.bind(res) as (...args: unknown[]) => typeof res
      res.writeHead = (...args: unknown[]) => {
        recent.forget()
        return writeHead(...args)
      }
    }
    next()
  }

export const nothingHere: RequestHandler = () => {
  throw new ManagementError(404, 'Not Found')
}

/** Speaks Auth0's envelope; an error outside the family is a bug, and its caller gets no more than that. */
export const managementErrorHandler: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (res.headersSent) return next(error)
  const known = error instanceof ManagementError ? error : fromEdge(error)
  if (!known) noteFailure(req, error)
  const status = known?.status ?? 500
  res.status(status).json({
    statusCode: status,
    error: STATUS_CODES[status],
    message: known?.message ?? 'An internal error occurred.',
    ...(known?.errorCode !== undefined && { errorCode: known.errorCode }),
  })
}

function fromEdge(error: unknown): ManagementError | undefined {
  if (isOvertaken(error))
    return new ManagementError(409, 'Something this refers to was changed at the same moment. Look again, then retry.')
  const known = toRollcallError(error)
  if (!known) return undefined
  if (known.status === 413)
    return new ManagementError(413, 'Payload content length greater than maximum allowed: 1048576.')
  return new ManagementError(known.status, known.status === 400 ? 'Invalid request payload JSON format' : known.message)
}
