import { parseArgs } from 'node:util'
import { startLocalTenant } from '@rollcall/tenant'
import { runProgram } from '@rollcall/program'

/** The local tenant alone: an Auth0 for development and CI. */
const demoUsers = 1000

await runProgram(async ({ config, dataFolder, logger, say, onClose }) => {
  const { values } = parseArgs({ options: { demo: { type: 'boolean', default: true } }, allowNegative: true })
  const tenant = await startLocalTenant({
    dataFolder,
    port: config.tenantPort,
    databaseUrl: config.databaseUrl,
    // Where `npm start` would have its dashboard: whoever starts it later finds itself registered.
    applicationUrls: [`http://localhost:${config.port}/`],
    demoUsers: values.demo ? demoUsers : 0,
    settings: config.tenant,
    logger,
    onProgress: say,
  })
  onClose(() => tenant.close())
  await dataFolder.writeJson('run.json', { dashboardUrl: null, tenantUrl: tenant.url, tenantCa: tenant.ca.file }, 0o644)
  say('Ready')
  say(`  Tenant   ${tenant.url}  (https answers on the same port)`)
  say(`  CA       ${tenant.ca.file}  (for NODE_EXTRA_CA_CERTS)`)
  say(`  Clients  ${dataFolder.file('credentials.json')}`)
})
