import type { RollcallOptions } from '@rollcall/server'
import { startLocalTenant } from '@rollcall/tenant'
import { createTenantClient } from '@rollcall/tenant-client'
import type { TenantClient } from '@rollcall/tenant-client'
import { ConfigurationError } from './config.ts'
import type { Auth0Config } from './config.ts'
import type { Program } from './program.ts'
import { describeFaults } from './report-failure.ts'

/** The tenant a program works with, and what Rollcall has to know about it. */
export interface ConnectedTenant {
  url: string
  isLocal: boolean
  /** Path of the certificate of the authority to trust, for a local one. */
  caFile: string | null
  client: TenantClient
  auth: RollcallOptions['auth']
}

const demoUsers = 1000

/**
 * Connects to the configured Auth0 tenant, or starts the local one.
 * @param databaseUrl where a local one has its tables
 * @param applicationUrls base addresses of the pages that people sign in to, with a slash at the end
 * @throws ConfigurationError when the tenant refuses what is configured, with every fault
 */
export function connectTenant(
  program: Program,
  { databaseUrl, applicationUrls, withDemo }: { databaseUrl: string; applicationUrls: string[]; withDemo: boolean },
): Promise<ConnectedTenant> {
  const { auth0 } = program.config
  return auth0
    ? connectRemote(program, auth0)
    : startLocal(program, { databaseUrl, applicationUrls, users: withDemo ? demoUsers : 0 })
}

async function startLocal(
  { config, dataFolder, logger, say, onClose }: Program,
  { databaseUrl, applicationUrls, users }: { databaseUrl: string; applicationUrls: string[]; users: number },
): Promise<ConnectedTenant> {
  const local = await startLocalTenant({
    dataFolder,
    port: config.tenantPort,
    databaseUrl,
    applicationUrls,
    demoUsers: users,
    settings: config.tenant,
    logger,
    onProgress: say,
  })
  onClose(() => local.close())
  const { audience, m2m, spa } = local.credentials
  const client = createTenantClient({ domain: local.url, ...m2m, pagingLimit: Number.POSITIVE_INFINITY })
  onClose(() => client.close())
  const auth = {
    domain: local.url,
    audience,
    spaClientId: spa.clientId,
    issuers: local.issuers,
    ca: local.ca.pem,
    usesDpop: true,
  }
  return { url: local.url, isLocal: true, caFile: local.ca.file, client, auth }
}

async function connectRemote({ say, onClose }: Program, auth0: Auth0Config): Promise<ConnectedTenant> {
  const { domain, audience, clientId, clientSecret, spaClientId } = auth0
  const client = createTenantClient({ domain, clientId, clientSecret })
  onClose(() => client.close())
  say(`Tenant: asking ${client.origin}`)
  const findings = await client.check(audience)
  if (findings.some(({ isFatal }) => isFatal)) throw new ConfigurationError(findings)
  if (findings.length > 0) say(describeFaults(findings))
  return { url: client.origin, isLocal: false, caFile: null, client, auth: { domain, audience, spaClientId } }
}
