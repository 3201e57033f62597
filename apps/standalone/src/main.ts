import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { connectTenant, listenLocally, runProgram, startDatabase } from '@rollcall/program'
import { createRollcall } from '@rollcall/server'
import express from 'express'
import { tellFilling } from './tell-filling.ts'

/** The dashboard, its server, and the local tenant unless an Auth0 tenant is configured. */
const dashboardFolder = fileURLToPath(new URL('../../dashboard/dist', import.meta.url))

await runProgram(async (program) => {
  const { config, dataFolder, logger, say, onClose } = program
  const { values } = parseArgs({ options: { demo: { type: 'boolean', default: true } }, allowNegative: true })
  const startedAt = performance.now()
  // The port first: if somebody has it, that is better known before anything else is started.
  const server = await listenLocally(config.port)
  onClose(() => server.close())
  const dashboardUrl = `http://localhost:${server.port}`
  const databaseUrl = await startDatabase(program)
  const applicationUrls = [`${dashboardUrl}/`]
  const tenant = await connectTenant(program, { databaseUrl, applicationUrls, withDemo: values.demo })

  const app = express().disable('x-powered-by')
  const { auth, client } = tenant
  const { directory, fields, disposableDomains, policy, recycleBin } = config
  const key = recycleBin.key ?? (await dataFolder.secret('recycle-bin.key', 32))
  const rollcall = createRollcall({
    auth,
    tenant: client,
    databaseUrl,
    directory,
    onDirectoryProgress: tellFilling(say),
    fields,
    cleanUp: { disposableDomains },
    policy,
    recycleBin: { ...recycleBin, key },
    dashboardFolder,
    logger,
  })
  onClose(() => rollcall.close())
  await rollcall.ready
  app.use(rollcall)
  server.serve(app)
  await dataFolder.writeJson('run.json', { dashboardUrl, tenantUrl: tenant.url, tenantCa: tenant.caFile }, 0o644)

  say(`Ready in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  say(`  Dashboard   ${dashboardUrl}`)
  say(`  Tenant      ${tenant.url}${tenant.isLocal ? '  (https answers on the same port)' : ''}`)
  if (tenant.isLocal) say(`  Sign in     e-mail and password are in ${dataFolder.file('credentials.json')}`)
})
