import { parseArgs } from 'node:util'
import { startLocalTenant } from '@rollcall/tenant'
import { describeFailure, runProgram, startDatabase } from '@rollcall/program'
import { controlTenant } from './control-tenant.ts'
import { ControlRefused } from './running-tenant.ts'

/** The local tenant alone: an Auth0 for development and CI. With words after it, a command to the one that runs. */
const demoUsers = 1000
const { values, positionals } = parseArgs({
  options: { demo: { type: 'boolean', default: true } },
  allowNegative: true,
  allowPositionals: true,
})

await (positionals.length > 0 ? command() : run())

async function command(): Promise<void> {
  try {
    process.stdout.write(`${await controlTenant(positionals, process.env, process.cwd())}\n`)
  } catch (error) {
    process.stderr.write(`${error instanceof ControlRefused ? error.message : describeFailure(error, {})}\n`)
    process.exitCode = 1
  }
}

function run(): Promise<void> {
  return runProgram(
    async (program) => {
      const { config, dataFolder, logger, say, onClose } = program
      const tenant = await startLocalTenant({
        dataFolder,
        port: config.tenantPort,
        databaseUrl: await startDatabase(program),
        // Where `npm start` would have its dashboard: whoever starts it later finds itself registered.
        applicationUrls: [`http://localhost:${config.port}/`],
        demoUsers: values.demo ? demoUsers : 0,
        settings: config.tenant,
        keepsFirstState: true,
        logger,
        onProgress: say,
      })
      onClose(() => tenant.close())
      await dataFolder.writeJson(
        'run.json',
        { dashboardUrl: null, tenantUrl: tenant.url, tenantCa: tenant.ca.file },
        0o644,
      )
      say('Ready')
      say(`  Tenant   ${tenant.url}  (https answers on the same port)`)
      say(`  CA       ${tenant.ca.file}  (for NODE_EXTRA_CA_CERTS)`)
      say(`  Clients  ${dataFolder.file('credentials.json')}`)
      if (config.tenant.mail?.smtpUrl === undefined) say(`  Mail     ${tenant.url}/mailbox`)
    },
    { isTenantAlone: true },
  )
}
