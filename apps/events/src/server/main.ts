import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { openDataFolder, type DataFolder } from '@rollcall/data-folder'
import { createLogger, type Logger } from '@rollcall/http-kit'
import { startLocalTenant } from '@rollcall/tenant'
import { createTenantClient } from '@rollcall/tenant-client'
import { createEventsSite } from './app.ts'
import { readConfig, type Auth0Config, type Config } from './config.ts'

/** `npm run events`: the example site with Rollcall mounted in it, on the local tenant unless an Auth0 tenant is configured. */
const clientFolder = fileURLToPath(new URL('../../dist', import.meta.url))
const dashboardFolder = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url))
const demoUsers = 1000
const say = (line: string) => process.stdout.write(`${line}\n`)

const closers: (() => Promise<void>)[] = []
try {
  const told = untilToldToStop()
  await start(readConfig())
  await told
  say('Stopping')
  await close()
  process.exit(0)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  await close()
  process.exit(1)
}

async function start(config: Config): Promise<void> {
  const logger = createLogger({ level: config.LOG_LEVEL })
  const dataFolder = await openDataFolder(config.ROLLCALL_DATA)
  closers.push(() => dataFolder.release())

  let answer: RequestListener = (_req, res) => res.writeHead(503, { 'retry-after': '1' }).end('Starting')
  const server = createServer((req, res) => answer(req, res)).listen(config.PORT, '127.0.0.1')
  await once(server, 'listening')
  closers.push(async () => {
    const closed = once(server.close(), 'close')
    server.closeAllConnections()
    await closed
  })
  const siteUrl = `http://localhost:${(server.address() as AddressInfo).port}/`
  const dashboardUrl = `${siteUrl}dashboard/`

  const { url, ca, auth, client } = config.auth0
    ? await remoteTenant(config.auth0)
    : await localTenant(config, dataFolder, logger, [siteUrl, dashboardUrl])
  answer = createEventsSite({ auth, tenant: client, logger, clientFolder, dashboardFolder })

  await dataFolder.writeJson('run.json', { dashboardUrl, tenantUrl: url, tenantCa: ca ?? null }, 0o644)
  say('Ready')
  say(`  Site        ${siteUrl}`)
  say(`  Dashboard   ${dashboardUrl}`)
  say(`  Tenant      ${url}`)
  if (!config.auth0) say(`  Sign in     e-mail and password are in ${dataFolder.file('credentials.json')}`)
}

async function localTenant(config: Config, dataFolder: DataFolder, logger: Logger, applicationUrls: string[]) {
  const local = await startLocalTenant({
    dataFolder,
    port: config.TENANT_PORT,
    databaseUrl: config.DATABASE_URL,
    applicationUrls,
    demoUsers,
    logger,
    onProgress: say,
  })
  closers.push(() => local.close())
  const { audience, m2m, spa } = local.credentials
  const client = createTenantClient({ domain: local.url, ...m2m, pagingLimit: Number.POSITIVE_INFINITY })
  closers.push(() => client.close())
  const auth = { domain: local.url, audience, spaClientId: spa.clientId, issuers: local.issuers, ca: local.ca.pem }
  return { url: local.url, ca: local.ca.file, auth, client }
}

/** @throws Error when the tenant refuses what is configured: better now than at the first click */
async function remoteTenant(config: Auth0Config) {
  const domain = config.AUTH0_DOMAIN
  const audience = config.AUTH0_AUDIENCE
  const client = createTenantClient({ domain, clientId: config.CLIENT_ID, clientSecret: config.CLIENT_SECRET })
  closers.push(() => client.close())
  const findings = await client.check(audience)
  const told = findings.map(({ variable, problem, mend }) => `${variable} ${problem} ${mend}`).join('\n')
  if (findings.some(({ isFatal }) => isFatal)) throw new Error(told)
  if (told) say(told)
  return {
    url: client.origin,
    ca: undefined,
    auth: { domain, audience, spaClientId: config.AUTH0_SPA_CLIENT_ID },
    client,
  }
}

/** By a signal; or because the launcher is gone, which shows as its channel closing. */
function untilToldToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
    if (process.channel) process.once('disconnect', () => resolve())
  })
}

async function close(): Promise<void> {
  for (const step of closers.splice(0).reverse()) await step()
}
