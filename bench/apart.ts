import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { measureManyByJob, type JobFigures } from './many-by-job.ts'
import { seed, startProgram, type RollcallProcess } from './rollcall-process.ts'
import { fetchToken, someUserIds, tokenRequestOf, waitForDirectory } from './site.ts'

const tenantCore = 0
const rollcallCore = 1

/**
 * A job where the tenant is elsewhere, as Auth0 is: another program with a database of its own, on a core that nobody else has. Rollcall, its
 * database and whoever asks share another core. Both ask by https.
 */
export async function measureJobApart(folder: string, { rounds, users }: { rounds: number; users: number }): Promise<JobFigures> {
  if (availableParallelism() < 2) throw new Error('This takes two cores.')
  const folders = { tenant: join(folder, 'tenant-apart'), rollcall: join(folder, 'rollcall-apart') }
  const stops: (() => Promise<void>)[] = []
  try {
    await seed(folders.tenant, users)
    const tenant = await startProgram('tenant', { dataFolder: folders.tenant, args: ['--no-demo'], core: tenantCore })
    stops.push(() => tenant.stop())
    const told = async (name: string, of: keyof typeof folders) => JSON.parse(await readFile(join(folders[of], name), 'utf8'))
    const run: RollcallProcess['run'] = await told('run.json', 'tenant')
    const tenantUrl = run.tenantUrl.replace(/^http:/, 'https:')
    setDefaultCACertificates([...getCACertificates('default'), await readFile(run.tenantCa, 'utf8')])
    const credentials = await told('credentials.json', 'tenant')
    const env = {
      AUTH0_DOMAIN: new URL(tenantUrl).host,
      AUTH0_AUDIENCE: credentials.audience,
      CLIENT_ID: credentials.m2m.clientId,
      CLIENT_SECRET: credentials.m2m.clientSecret,
      AUTH0_SPA_CLIENT_ID: credentials.spa.clientId,
      NODE_EXTRA_CA_CERTS: run.tenantCa,
    }
    const rollcall = await startProgram('start', { dataFolder: folders.rollcall, env, core: rollcallCore })
    stops.push(() => rollcall.stop())
    const { dashboardUrl: rollcallUrl }: RollcallProcess['run'] = await told('run.json', 'rollcall')
    const token = (audience: string) => fetchToken(tenantUrl, tokenRequestOf(credentials, audience))
    const apiToken = await token(credentials.audience)
    await waitForDirectory({ rollcallUrl, apiToken, users })
    const databaseUrl = await readFile(join(folders.tenant, 'postgres', 'url'), 'utf8')
    const userIds = await someUserIds(databaseUrl, users)
    const site = { rollcallUrl, tenantUrl, apiToken, managementToken: await token(`${tenantUrl}/api/v2/`), userIds }
    bindTo(String(rollcallCore))
    stops.push(async () => bindTo(`0-${availableParallelism() - 1}`))
    return await tenant.whileItRuns(rollcall.whileItRuns(measureManyByJob(site, { rounds })))
  } finally {
    for (const stop of stops.reverse()) await stop()
  }
} // prettier-ignore

/** All threads of this process. */
function bindTo(cores: string): void {
  const { status, stderr } = spawnSync('taskset', ['-a', '-c', '-p', cores, String(process.pid)], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`taskset (of util-linux) could not bind this process to core ${cores}: ${stderr}`)
}
