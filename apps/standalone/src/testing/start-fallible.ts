import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@rollcall/database/embedded'
import { Credentials, migrateTenant, seedUsers } from '@rollcall/tenant'
import { keepRunning, type KeptProgram } from './keep-running.ts'
import { openRelay } from './relay.ts'

export interface Fallible {
  tenant: KeptProgram & { url: string; credentials: Credentials }
  /** Two of Rollcall's own, of which one keeps the directory. */
  servers: (KeptProgram & { url: string })[]
  database: Pick<KeptProgram, 'name' | 'kills' | 'kill' | 'isReady'> & { url: string }
  /** Of Rollcall's API. */
  staffToken: string
  close(): Promise<void>
}

/** The local tenant, two servers that administer it and the database of all three: each a process of its own, which can be killed at any moment. */
export async function startFallible({ demoUsers }: { demoUsers: number }): Promise<Fallible> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-faults-'))
  await chmod(folder, 0o711) // under root, PostgreSQL runs as another user, who must get through
  const relay = await openRelay()
  const database = await keepDatabase(join(folder, 'postgres'), (port) => relay.lead(port))
  const databaseUrl = new URL(database.url())
  databaseUrl.port = String(relay.port)
  await migrateTenant(databaseUrl.href)
  await seedUsers({ databaseUrl: databaseUrl.href, users: demoUsers, now: new Date() })

  const start = async (name: string, file: string, env: Record<string, string>, args?: string[]) => {
    const own = join(folder, name)
    await mkdir(own)
    const settings = { ROLLCALL_DATA: own, DATABASE_URL: databaseUrl.href, ...env }
    return { own, program: keepRunning({ name, file, folder: own, env: settings, ...(args && { args }) }) }
  }
  const [tenantPort, ...ports] = await freePorts(3)
  const tenant = await start('tenant', 'tenant.ts', { TENANT_PORT: String(tenantPort) }, ['--no-demo'])
  await tenant.program.isReady()
  const credentials = Credentials.parse(JSON.parse(await readFile(join(tenant.own, 'credentials.json'), 'utf8')))
  const { tenantCa } = JSON.parse(await readFile(join(tenant.own, 'run.json'), 'utf8')) as { tenantCa: string }
  const { audience, m2m, spa } = credentials
  const servers = await Promise.all(
    ports.map(async (port) => {
      const { program } = await start(`server-${port}`, 'main.ts', {
        PORT: String(port),
        NODE_EXTRA_CA_CERTS: tenantCa,
        AUTH0_DOMAIN: `localhost:${tenantPort}`,
        AUTH0_AUDIENCE: audience,
        CLIENT_ID: m2m.clientId,
        CLIENT_SECRET: m2m.clientSecret,
        AUTH0_SPA_CLIENT_ID: spa.clientId,
      })
      return Object.assign(program, { url: `http://localhost:${port}` })
    }),
  )
  const staffToken = await requestStaffToken(`https://localhost:${tenantPort}`, await readFile(tenantCa, 'utf8'), credentials) // prettier-ignore
  return {
    tenant: Object.assign(tenant.program, { url: `http://localhost:${tenantPort}`, credentials }),
    servers,
    database: Object.assign(database, { url: databaseUrl.href }),
    staffToken,
    close: async () => {
      await Promise.all([tenant.program, ...servers].map((program) => program.stop()))
      await database.stop()
      await relay.close()
      await rm(folder, { recursive: true })
    },
  }
}

async function keepDatabase(dataDirectory: string, onPort: (port: number) => void) {
  let server = await startEmbeddedPostgres({ dataDirectory })
  const tellPort = () => onPort(Number(new URL(server.url).port))
  tellPort()
  let starting = Promise.resolve()
  const startAgain = async () => {
    await server.stop()
    server = await startEmbeddedPostgres({ dataDirectory })
    tellPort()
  }
  const kept = {
    name: 'database',
    kills: 0,
    url: () => server.url,
    kill: async () => {
      await starting
      const [pid] = (await readFile(join(dataDirectory, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')
      process.kill(Number(pid), 'SIGKILL')
      kept.kills += 1
      starting = startAgain()
    },
    isReady: () => starting,
    stop: async () => {
      await starting
      await server.stop()
    },
  }
  return kept
}

/** Below those that the system gives to outgoing connections, one of which could take a port while its program is dead. */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = randomInt(20_000, 32_000)
    const server = createServer()
    const [outcome] = await Promise.race([once(server.listen(port), 'listening').then(() => ['free']), once(server, 'error')]) // prettier-ignore
    if (outcome !== 'free') continue
    server.close()
    await once(server, 'close')
    ports.add(port)
  }
  return [...ports]
}

/** From the origin under which the servers know the tenant, whose name is in the token. */
async function requestStaffToken(origin: string, ca: string, { audience, m2m }: Credentials): Promise<string> {
  const body = { grant_type: 'client_credentials', audience, client_id: m2m.clientId, client_secret: m2m.clientSecret }
  const asking = request(`${origin}/oauth/token`, {
    method: 'POST',
    ca,
    headers: { 'content-type': 'application/json' },
  })
  asking.end(JSON.stringify(body))
  const [answer] = (await once(asking, 'response')) as [AsyncIterable<Buffer>]
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  return (JSON.parse(text) as { access_token: string }).access_token
}
