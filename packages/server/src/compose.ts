import type { CleanUp } from '@rollcall/contracts/admin-api'
import { jsonAtOnce, NotFound, problemHandler, requestContext, type Logger } from '@rollcall/http-kit'
import { tenantOrigin, type TenantClient } from '@rollcall/tenant-client'
import { Router } from 'express'
import { createGuard } from './access/guard.ts'
import { actionsRoutes } from './actions/actions.routes.ts'
import { actionNames } from './actions/all-actions.ts'
import type { ActionDeps } from './actions/deps.ts'
import { openRuns } from './actions/runs.ts'
import { settleRuns } from './actions/settle-runs.ts'
import { createProgramNames } from './actors/program-names.ts'
import { createCustomFields, type CustomFields } from './custom-fields/custom-fields.ts'
import type { CustomFieldDeclaration } from './custom-fields/declaration.ts'
import { dashboardRoutes } from './dashboard/dashboard.routes.ts'
import { createDirectory, type DirectoryStatus } from './directory/directory.ts'
import { documentationRoutes } from './documentation/documentation.routes.ts'
import { apisRoutes } from './features/apis/apis.routes.ts'
import { auditRoutes } from './features/audit/audit.routes.ts'
import { createChangeFeed } from './features/changes/change-feed.ts'
import { changesRoutes } from './features/changes/changes.routes.ts'
import { cleanUpRoutes } from './features/clean-up/clean-up.routes.ts'
import { createCleanUp } from './features/clean-up/create-clean-up.ts'
import type { DisposableDomainsDeclaration } from './features/clean-up/read-disposable-domains.ts'
import { connectionsRoutes } from './features/connections/connections.routes.ts'
import { directoryRoutes } from './features/directory/directory.routes.ts'
import { healthRoutes } from './features/health/health.routes.ts'
import { recycleBinRoutes } from './features/recycle-bin/recycle-bin.routes.ts'
import { insightsRoutes } from './features/insights/insights.routes.ts'
import { meRoutes } from './features/me/me.routes.ts'
import { notesRoutes } from './features/notes/notes.routes.ts'
import { personalDataRoutes } from './features/personal-data/personal-data.routes.ts'
import { userPageRoutes } from './features/user-page/user-page.routes.ts'
import type { UserSourceDeps } from './features/users/user-source.ts'
import { userListsRoutes } from './features/users/user-lists.routes.ts'
import { usersRoutes } from './features/users/users.routes.ts'
import { viewsRoutes } from './features/views/views.routes.ts'
import { importsRoutes } from './imports/imports.routes.ts'
import { keepImports, type Imports } from './imports/imports.ts'
import { jobsRoutes } from './jobs/jobs.routes.ts'
import { startJobs, type Jobs } from './jobs/jobs.ts'
import { policyNames } from './policy-names.ts'
import { keepRecycleBin } from './recycle-bin/carry-out.ts'
import { createRecycleBin } from './recycle-bin/recycle-bin.ts'
import { sealingKey } from './recycle-bin/sealing.ts'
import { securityHeaders } from './security-headers.ts'
import { openStore, type Store } from './store/open-store.ts'

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
  /** Where Rollcall has its own tables (schema `rollcall`): any PostgreSQL from version 15 on. Absent: nothing is kept, and the tenant is asked live. */
  databaseUrl?: string
  /** `live`: no copy of the users is kept, and the tenant is asked within the limits of its search. */
  directory?: 'copy' | 'live'
  /** How often the tenant's log is asked for what has changed. */
  followIntervalMs?: number
  /** Hears how far the copy is, whenever that changes: for whoever looks at a terminal. */
  onDirectoryProgress?: (status: DirectoryStatus) => void
  /** The built dashboard, as a folder of files. Absent: only the API. */
  dashboardFolder?: string
  /** Fields of users' metadata that have names of the team's own (docs/custom-fields.md); checked whole, at once. */
  fields?: readonly CustomFieldDeclaration[]
  cleanUp?: {
    /** Whose addresses are thrown away after one mail: `only` these, or the well-known ones with some `more`, `without` others (docs/jobs.md). */
    disposableDomains?: DisposableDomainsDeclaration
  }
  policy?: {
    /** Names of the actions (`user.delete`) that are not done without a reason. */
    reasonRequired?: readonly string[]
    /** Actions that need a second person, by name: when done to more users than this. 0: always, also to one. */
    approvalAbove?: Readonly<Record<string, number>>
  }
  actions?: {
    /** How long a server may be silent before another one finds out how the actions ended that it had begun; more than twice a call's deadline. */
    leaseMs?: number
    /** Told of each step of an action; for tests of crashes. */
    onStep?: (step: string) => void | Promise<void>
  }
  recycleBin?: {
    /** 32 bytes, the same at every start and every server: what is kept of deleted users is sealed with it. Absent: nothing is kept. */
    key?: Buffer
    /** Between the scheduling of a deletion and the deletion; 14 when absent. */
    deleteAfterDays?: number
    /** For how long deleted users can be restored; 30 when absent. */
    keepForDays?: number
    /** How often is looked for whom the day has come for. */
    checkIntervalMs?: number
  }
  logger: Logger
}

/** An Express 5 router that was opened, and is to be closed. */
export interface Rollcall extends Router {
  /** Its tables are there and it follows the tenant; rejects with a sentence for whoever started it. Requests wait for it. */
  ready: Promise<void>
  /** Stops what runs in the background; requests after it are refused. */
  close(): Promise<void>
}

/**
 * Rollcall as an Express 5 router: mount it at `/` or below any path. It trusts what Express says of a request, so behind a proxy
 * set `trust proxy` on the application that mounts it; it sends no CORS headers, and leaves HSTS to that application.
 */
export function createRollcall(options: RollcallOptions): Rollcall {
  const { auth, dashboardFolder, logger } = options
  const origin = tenantOrigin(auth.domain)
  const fields = createCustomFields(options.fields)
  const cleanUp = createCleanUp(options.cleanUp?.disposableDomains)
  const opened = openParts(options, fields)
  const ready = opened.then(() => undefined)
  const api = opened.then((parts) => apiRoutes(options, parts, { fields, cleanUp }))
  // A failure is told to whoever waits for `ready`, and to every request; to nobody's surprise where nobody waits.
  for (const promise of [ready, api]) promise.catch(() => undefined)

  const router = Router()
  router.use(requestContext(logger), securityHeaders(origin))
  let openedApi: Router | undefined
  void api.then((routes) => (openedApi = routes)).catch(() => undefined)
  router.use('/api', async (req, res, next) => (openedApi ?? (await api))(req, res, next))
  router.use(healthRoutes({ tenant: options.tenant }))
  if (dashboardFolder !== undefined) {
    const { domain, audience, spaClientId: clientId, usesDpop = false } = auth
    router.use(dashboardRoutes({ folder: dashboardFolder, auth: { domain, audience, clientId, usesDpop } }))
  }
  router.use(problemHandler)
  return Object.assign(router, {
    ready,
    close: async () => {
      const parts = await opened.catch(() => undefined) // one that never opened has nothing to close
      await parts?.jobs?.close()
      await parts?.imports?.close()
      await parts?.stopLeading()
      await parts?.copy?.directory.close()
      await parts?.store?.close()
    },
  })
}

/** What is opened once and closed with the router. */
interface Parts {
  store: Store | undefined
  copy: UserSourceDeps['copy']
  /** undefined: without a store nothing is changed. */
  actions: ActionDeps | undefined
  jobs: Jobs | undefined
  imports: Imports | undefined
  stopLeading: () => Promise<void>
}

async function openParts(options: RollcallOptions, fields: CustomFields): Promise<Parts> {
  const {
    tenant,
    databaseUrl,
    directory: kind = 'copy',
    followIntervalMs = 2000,
    onDirectoryProgress,
    logger,
  } = options
  const { reasonRequired, approvalAbove } = readPolicy(options.policy)
  if (databaseUrl === undefined)
    return {
      store: undefined,
      copy: undefined,
      actions: undefined,
      jobs: undefined,
      imports: undefined,
      stopLeading: () => Promise.resolve(),
    }
  const store = await openStore(databaseUrl)
  const directory =
    kind === 'live'
      ? undefined
      : createDirectory({ store, tenant, logger, followIntervalMs, reconcileIntervalMs: 86_400_000 })
  if (onDirectoryProgress) {
    directory?.changes.subscribe((change) => change.kind === 'progress' && onDirectoryProgress(change.status))
  }
  directory?.start()
  const { leaseMs = 25_000, onStep = () => undefined } = options.actions ?? {}
  const { spaClientId } = options.auth
  const { key, deleteAfterDays = 14, keepForDays = 30, checkIntervalMs = 60_000 } = options.recycleBin ?? {}
  const bin = createRecycleBin({ db: store.db, tenant: tenant.origin, key: key && sealingKey(key), deleteAfterDays, keepForDays }) // prettier-ignore
  const actions = {
    store,
    runs: openRuns(store.db, leaseMs),
    tenant,
    directory,
    bin,
    fields,
    programNames: createProgramNames({ tenant, logger }),
    spaClientId,
    reasonRequired,
    approvalAbove,
    leaseMs,
    logger,
    onStep,
  }
  const stopSettling = store.lead({
    name: `actions ${store.schema}`,
    work: (signal) => settleRuns(actions, signal),
    onFailure: (error) => logger.error({ err: error }, 'interrupted actions are not settled by this server just now'),
  })
  const stopBin = store.lead({
    name: `recycle bin ${store.schema}`,
    work: (signal) => keepRecycleBin(actions, { checkIntervalMs, signal }),
    onFailure: (error) =>
      logger.error({ err: error }, 'scheduled deletions are not carried out by this server just now'),
  })
  const stopLeading = async () => void (await Promise.all([stopSettling(), stopBin()]))
  return {
    store,
    copy: directory && { store, directory, bin },
    actions,
    jobs: startJobs(actions),
    imports: keepImports(actions),
    stopLeading,
  }
}

/** @throws RangeError for a name that no action has: a policy with a slip in it would be none */
function readPolicy({ reasonRequired = [], approvalAbove = {} }: NonNullable<RollcallOptions['policy']> = {}) {
  checkNames('policy.reasonRequired', reasonRequired, policyNames)
  checkNames('policy.approvalAbove', Object.keys(approvalAbove), actionNames)
  return { reasonRequired: new Set(reasonRequired), approvalAbove: new Map(Object.entries(approvalAbove)) }
}

function checkNames(where: string, names: readonly string[], there: readonly string[]): void {
  const unknown = names.filter((name) => !there.includes(name))
  if (unknown.length > 0) throw new RangeError(`${where}: there is no action ${unknown.join(', ')}; there are ${there.join(', ')}.`) // prettier-ignore
}

function apiRoutes(
  { auth, tenant }: RollcallOptions,
  { store, copy, actions, jobs, imports }: Parts,
  { fields, cleanUp }: { fields: CustomFields; cleanUp: CleanUp },
): Router {
  const [issuer = `${tenantOrigin(auth.domain)}/`, ...otherIssuers] = auth.issuers ?? []
  const guard = createGuard({ issuer, otherIssuers, audience: auth.audience, ca: auth.ca })
  const feed = createChangeFeed(copy?.directory, jobs, imports)

  const api = Router()
  api.use((_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store') // people's data; no shared cache and no disk keeps it
    next()
  }, jsonAtOnce)
  api.use(userListsRoutes({ guard, tenant, copy, fields }))
  api.use(meRoutes({ guard, tenant, fields }))
  api.use(cleanUpRoutes({ guard, cleanUp }))
  api.use(insightsRoutes({ guard, tenant, copy, fields }))
  api.use(usersRoutes({ guard, tenant, copy, actions, fields }))
  api.use(userPageRoutes({ guard, tenant, copy, store }))
  api.use(notesRoutes({ guard, tenant, store }))
  api.use(actionsRoutes({ guard, actions }))
  api.use(jobsRoutes({ guard, jobs: jobs?.deps }))
  api.use(importsRoutes({ guard, imports: actions }))
  api.use(personalDataRoutes({ guard, actions }))
  api.use(connectionsRoutes({ guard, tenant }))
  api.use(apisRoutes({ guard, tenant }))
  api.use(recycleBinRoutes({ guard, actions }))
  api.use(auditRoutes({ guard, actions, fields }))
  api.use(directoryRoutes({ guard, copy }))
  api.use(changesRoutes({ guard, feed }))
  if (store) api.use(viewsRoutes({ guard, db: store.db, fields, onChange: feed.viewsChanged }))
  api.use(documentationRoutes())
  api.use((req) => {
    throw new NotFound('no-such-address', `There is nothing at ${req.originalUrl.split('?', 1)[0]}.`)
  })
  return api
}
