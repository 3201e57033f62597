import { once } from 'node:events'
import { openDataFolder } from '@rollcall/data-folder'
import { createLogger } from '@rollcall/http-kit'
import { startLocalTenant, type TenantSettings } from '@rollcall/tenant'

/** The local tenant with Auth0's limits of a plan, as a process of its own. Told what to start, tells where it is. */
export interface Wanted {
  folder: string
  databaseUrl: string
  rateLimits: NonNullable<TenantSettings['rateLimits']>
}

const [{ folder, databaseUrl, rateLimits }] = (await once(process, 'message')) as [Wanted]
const tenant = await startLocalTenant({
  dataFolder: await openDataFolder(folder),
  port: 0,
  databaseUrl,
  applicationUrls: [],
  demoUsers: 200,
  settings: { rateLimits },
  logger: createLogger({ level: 'error' }),
  onProgress: () => undefined,
})
process.once('disconnect', () => void tenant.close().then(() => process.exit(0)))
process.send?.({ url: tenant.url, m2m: tenant.credentials.m2m })
