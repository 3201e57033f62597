import { fileURLToPath } from 'node:url'
import { connectTenant, listenLocally, runProgram, startDatabase } from '@rollcall/program'
import { createRollcall } from '@rollcall/server'
import { createEventsSite } from './app.ts'

/** `npm run events`: the example site with Rollcall mounted in it, with the same settings as `npm start`. */
const clientFolder = fileURLToPath(new URL('../../dist', import.meta.url))
const dashboardFolder = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url))

await runProgram(async (program) => {
  const { config, dataFolder, logger, say, onClose } = program
  const server = await listenLocally(config.port)
  onClose(() => server.close())
  const siteUrl = `http://localhost:${server.port}/`
  const dashboardUrl = `${siteUrl}dashboard`

  const databaseUrl = await startDatabase(program)
  const applicationUrls = [siteUrl, `${dashboardUrl}/`]
  const tenant = await connectTenant(program, { databaseUrl, applicationUrls, withDemo: true })
  const { auth, client } = tenant
  const key = config.recycleBin.key ?? (await dataFolder.secret('recycle-bin.key', 32))
  const rollcall = createRollcall({
    auth,
    tenant: client,
    databaseUrl,
    directory: config.directory,
    policy: config.policy,
    recycleBin: { ...config.recycleBin, key },
    dashboardFolder,
    logger,
  })
  onClose(() => rollcall.close())
  await rollcall.ready
  server.serve(createEventsSite({ auth, tenantOrigin: client.origin, rollcall, clientFolder }))
  await dataFolder.writeJson('run.json', { dashboardUrl, tenantUrl: tenant.url, tenantCa: tenant.caFile }, 0o644)

  say('Ready')
  say(`  Site        ${siteUrl}`)
  say(`  Dashboard   ${dashboardUrl}`)
  say(`  Tenant      ${tenant.url}`)
  if (tenant.isLocal) say(`  Sign in     e-mail and password are in ${dataFolder.file('credentials.json')}`)
})
