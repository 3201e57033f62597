import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createRollcall } from '@rollcall/server'
import { startLocalTenant } from '@rollcall/tenant'
import { createTenantClient } from '@rollcall/tenant-client'
import express from 'express'
import { ConfigurationError } from './config.ts'
import type { Auth0Config } from './config.ts'
import { listenLocally } from './listen.ts'
import { runProgram } from './program.ts'
import type { Program } from './program.ts'
import { describeFaults } from './report-failure.ts'

/** The dashboard, its server, and the local tenant unless an Auth0 tenant is configured. */
const dashboardFolder = fileURLToPath(new URL('../../dashboard/dist', import.meta.url))
const demoUsers = 1000

await runProgram(async (program) => {
  const { config, dataFolder, logger, say, onClose } = program
  const { values } = parseArgs({ options: { demo: { type: 'boolean', default: true } }, allowNegative: true })
  const startedAt = performance.now()
  const server = await listenLocally(config.port)
  onClose(() => server.close())
  const dashboardUrl = `http://localhost:${server.port}/`

  const tenant = config.auth0
    ? await remoteTenant(program, config.auth0)
    : await localTenant(program, dashboardUrl, values.demo ? demoUsers : 0)
  const { client, auth, url, ca } = tenant
  onClose(() => client.close())

  const app = express().disable('x-powered-by')
  app.use(createRollcall({ auth, tenant: client, logger, ...(existsSync(dashboardFolder) && { dashboardFolder }) }))
  server.serve(app)
  await dataFolder.writeJson('run.json', { dashboardUrl, tenantUrl: url, tenantCa: ca ?? null }, 0o644)

  say(`Ready in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  say(`  Dashboard   ${dashboardUrl}`)
  say(`  Tenant      ${url}${config.auth0 ? '' : '  (https answers on the same port)'}`)
  if (!config.auth0) say(`  Sign in     e-mail and password are in ${dataFolder.file('credentials.json')}`)
})

async function localTenant({ config, dataFolder, logger, say, onClose }: Program, dashboardUrl: string, users: number) {
  const local = await startLocalTenant({
    dataFolder,
    port: config.tenantPort,
    databaseUrl: config.databaseUrl,
    applicationUrls: [dashboardUrl],
    demoUsers: users,
    logger,
    onProgress: say,
  })
  onClose(() => local.close())
  const { audience, m2m, spa } = local.credentials
  const [issuer, ...issuers] = local.issuers
  return {
    url: local.url,
    ca: local.ca.file,
    auth: {
      domain: local.url,
      audience,
      spaClientId: spa.clientId,
      ca: local.ca.pem,
      usesDpop: true,
      ...(issuer !== undefined && { issuers: [issuer, ...issuers] as const }),
    },
    client: createTenantClient({ domain: local.url, ...m2m, pagingLimit: Number.POSITIVE_INFINITY }),
  }
}

/** @throws when the tenant refuses what is configured: every fault is said before the dashboard is served */
async function remoteTenant({ say, onClose }: Program, auth0: Auth0Config) {
  const { domain, audience, clientId, clientSecret, spaClientId } = auth0
  const client = createTenantClient({ domain, clientId, clientSecret })
  say(`Tenant: asking ${client.origin}`)
  const findings = await client.check(audience)
  if (findings.some(({ isFatal }) => isFatal)) {
    onClose(() => client.close())
    throw new ConfigurationError(findings)
  }
  if (findings.length > 0) say(describeFaults(findings))
  return { url: client.origin, ca: undefined, auth: { domain, audience, spaClientId }, client }
}
