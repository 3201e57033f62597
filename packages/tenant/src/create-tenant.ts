import { migrate, openDatabase } from '@rollcall/database'
import { requestContext } from '@rollcall/http-kit'
import type { Logger } from '@rollcall/http-kit'
import { Router } from 'express'
import { avatarRoutes } from './avatars/avatars.routes.ts'
import { controlRoutes } from './control/control.routes.ts'
import { exportRoutes } from './jobs/export-users.ts'
import { runJobs } from './jobs/run-jobs.ts'
import { startLoggingChanges } from './logs/log-unlogged-changes.ts'
import { openLogWriter } from './logs/log-writer.ts'
import { managementErrorHandler, managementRoutes, nothingHere } from './management/management-routes.ts'
import { oidcRoutes } from './oidc/oidc-routes.ts'
import { pageRoutes } from './pages/pages.routes.ts'
import { mailboxRoutes } from './mail/mailbox.routes.ts'
import { openMailer } from './mail/mailer.ts'
import type { MailSettings } from './mail/mailer.ts'
import { signInRoutes } from './sign-in/sign-in-routes.ts'
import { startSweeping } from './oidc/sweep.ts'
import { rateLimits } from './rate-limits/rate-limits.ts'
import type { RateLimitPlan } from './rate-limits/rate-limits.ts'
import type { TenantSchema } from './schema.ts'
import { openRecentReads } from './recent-reads.ts'
import { openSigningKeys } from './signing-keys/signing-keys.ts'
import type { TenantContext } from './tenant-context.ts'
import { openSearchReader } from './users/search/search-reader.ts'
import type { SearchSettings } from './users/search/search-reader.ts'

/** What whoever runs a tenant may choose about it. */
export interface TenantSettings {
  /** Auth0's limits of a plan, for clients that are to be tested against them. Default: off. */
  rateLimits?: RateLimitPlan | undefined
  /** How mail leaves; without a server it is kept, to be read at /mailbox. */
  mail?: MailSettings | undefined
  search?: SearchSettings | undefined
}

export interface TenantOptions {
  databaseUrl: string
  /** 32 bytes that seal client secrets and private keys. Losing them loses both. */
  secret: Buffer
  /** The origins it is called by (`http://localhost:8001`), the canonical one first; asked at each request, so that a port may be chosen late. */
  origins: () => string[]
  logger: Logger
  now?: () => Date
  settings?: TenantSettings
}

export interface Tenant {
  /** To be mounted at the root of an Express app. */
  router: Router
  context: TenantContext
  close(): Promise<void>
}

const schema = 'tenant'

/** Opens the tenant on its database, bringing the tables up to date first. */
export async function createTenant({
  databaseUrl,
  secret,
  origins,
  logger,
  now = () => new Date(),
  settings = {},
}: TenantOptions): Promise<Tenant> {
  const database = openDatabase<TenantSchema>({ url: databaseUrl, schema })
  try {
    await migrateTenant(databaseUrl)
    const keys = await openSigningKeys(database.db, secret)
    const logs = openLogWriter({ db: database.db, now, logger })
    const { db, copyJson } = database
    const mail = openMailer({ db, now, logs, logger }, settings.mail ?? {})
    const recent = openRecentReads(db, secret)
    const search = openSearchReader({ db, databaseUrl, settings: settings.search ?? {}, logger })
    const context: TenantContext = { db, copyJson, search, keys, recent, secret, origins, now, logs, mail, logger }
    const jobs = runJobs(context)
    const router = Router()
    router.use(requestContext(logger))
    router.use((_req, res, next) => {
      res.setHeader('X-Content-Type-Options', 'nosniff')
      res.setHeader('Referrer-Policy', 'no-referrer')
      next()
    })
    router.use(rateLimits(context, settings.rateLimits ?? 'off'))
    // The two that take most of the requests come first.
    router.use('/api/v2', managementRoutes(context, jobs))
    router.use(oidcRoutes(context), signInRoutes(context), pageRoutes(context), mailboxRoutes(context))
    router.use(avatarRoutes(), exportRoutes(context), controlRoutes(context, databaseUrl))
    router.use(nothingHere, managementErrorHandler)
    const stopSweeping = startSweeping(context)
    const stopLoggingChanges = startLoggingChanges(context)
    return {
      router,
      context,
      close: async () => {
        stopSweeping()
        await jobs.close()
        await mail.close()
        await logs.close()
        await stopLoggingChanges()
        await search.close()
        await database.close()
      },
    }
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Brings the tenant's tables up to date. */
export async function migrateTenant(databaseUrl: string): Promise<void> {
  const database = openDatabase<never>({ url: databaseUrl, schema, poolSize: 1 })
  try {
    await migrate(database.db, { schema, folder: new URL('../migrations/', import.meta.url) })
  } finally {
    await database.close()
  }
}
