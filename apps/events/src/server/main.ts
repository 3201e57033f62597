import { fileURLToPath } from 'node:url'
import { connectTenant, listenLocally, runProgram } from '@rollcall/program'
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

  const tenant = await connectTenant(program, { applicationUrls: [siteUrl, `${dashboardUrl}/`], withDemo: true })
  server.serve(createEventsSite({ auth: tenant.auth, tenant: tenant.client, logger, clientFolder, dashboardFolder }))
  await dataFolder.writeJson('run.json', { dashboardUrl, tenantUrl: tenant.url, tenantCa: tenant.caFile }, 0o644)

  say('Ready')
  say(`  Site        ${siteUrl}`)
  say(`  Dashboard   ${dashboardUrl}`)
  say(`  Tenant      ${tenant.url}`)
  if (tenant.isLocal) say(`  Sign in     e-mail and password are in ${dataFolder.file('credentials.json')}`)
})
