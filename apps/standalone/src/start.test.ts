import { randomBytes } from 'node:crypto'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateTenant } from '@rollcall/tenant'
import { testDatabase } from '@rollcall/test-kit'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { controlTenant } from './control-tenant.ts'

/** `npm start` as a person meets it: its own process, real ports, a folder of its own. */
const root = new URL('../../..', import.meta.url).pathname
let folder: string
const started: ChildProcess[] = []
/** For tests of something else than the embedded server, whose first start takes seconds: one for each tenant. */
const databases: string[] = []
const aDatabase = () => ({ DATABASE_URL: databases.pop() ?? '' })
beforeAll(async () => {
  while (databases.length < 6) databases.push(await testDatabase({ name: 'tenant', prepare: migrateTenant }))
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-start-'))
})
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  await expect.poll(() => processesOn(folder), { timeout: 60_000 }).toEqual([])
  await rm(folder, { recursive: true })
})

const withDemo = [process.execPath, 'scripts/start.mjs', 'tenant']
const withoutDemo = [...withDemo, '--no-demo']

interface Started {
  child: ChildProcess
  output: () => string
  /** Resolves when it is ready, or with its exit code when it ended first. */
  ready: Promise<number | 'ready'>
}

function start(env: Record<string, string> = {}, command = withoutDemo): Started {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, PORT: '0', TENANT_PORT: '0', ROLLCALL_DATA: folder, LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.push(child)
  let text = ''
  const ready = new Promise<number | 'ready'>((resolve) => {
    const listen = (chunk: Buffer) => {
      text += String(chunk)
      if (/^Ready/m.test(text)) resolve('ready')
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.once('close', (code) => resolve(code ?? -1))
  })
  return { child, output: () => text, ready }
}

/** Every live process that has this folder on its command line or in its environment. */
function processesOn(path: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .filter((pid) => {
      try {
        return ['cmdline', 'environ'].some((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(path))
      } catch {
        return false // it has just ended
      }
    })
}

const readJson = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8'))

test('the first start writes what scripts need, and a second start finds it all as it was', async () => {
  const first = start({}, withDemo)
  expect(await first.ready, first.output()).toBe('ready')
  const credentials = await readJson('credentials.json')
  expect(credentials).toEqual({
    audience: expect.stringMatching(/^https:/),
    staff: { email: expect.stringContaining('@'), password: expect.stringMatching(/^.{16,}$/) },
    m2m: { clientId: expect.any(String), clientSecret: expect.any(String) },
    spa: { clientId: expect.any(String) },
  })
  expect(statSync(join(folder, 'credentials.json')).mode & 0o777).toBe(0o600)
  expect(await readJson('run.json')).toMatchObject({ tenantUrl: expect.stringMatching(/^http:\/\/localhost:\d+$/) })
  expect(first.output()).toContain('1,000 added')
  expect(first.output()).not.toContain(credentials.staff.password)

  const ended = once(first.child, 'exit')
  first.child.kill('SIGTERM')
  expect((await ended)[0]).toBe(0)
  expect(processesOn(folder)).toEqual([])

  const second = start({}, withDemo)
  expect(await second.ready, second.output()).toBe('ready')
  expect(await readJson('credentials.json')).toEqual(credentials)
  expect(second.output()).not.toContain('added')
  const { tenantUrl } = await readJson('run.json')
  expect((await fetch(`${tenantUrl}/.well-known/openid-configuration`)).status).toBe(200)
}, 180_000)

test('killing the launcher leaves nothing running, and the next start works', async () => {
  const first = start()
  expect(await first.ready, first.output()).toBe('ready')
  first.child.kill('SIGKILL')
  await expect.poll(() => processesOn(folder), { timeout: 60_000 }).toEqual([])
  const second = start()
  expect(await second.ready, second.output()).toBe('ready')
}, 180_000)

test('any signal to the launcher is one orderly stop, also when the program gets it too', async () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const { child, ready, output } = start()
    expect(await ready, output()).toBe('ready')
    const ended = once(child, 'exit')
    const program = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim()
    process.kill(Number(program), signal) // as a terminal and systemd do, which signal the whole group
    child.kill(signal)
    expect(await ended).toEqual([0, null])
    expect(processesOn(folder)).toEqual([])
  }
}, 180_000)

test('killing npm leaves nothing running', async () => {
  const { child, ready, output } = start({}, ['npm', 'run', '--silent', 'tenant', '--', '--no-demo'])
  expect(await ready, output()).toBe('ready')
  child.kill('SIGKILL')
  await expect.poll(() => processesOn(folder), { timeout: 60_000 }).toEqual([])
}, 180_000)

test('killed at any moment of its first start, it starts the next time', async () => {
  for (const patienceMs of [150, 400, 700, 1000, 1300]) {
    const { child } = start({}, withDemo)
    await new Promise((resolve) => setTimeout(resolve, patienceMs)) // the moment of the kill is what is tried
    child.kill('SIGKILL')
    await expect.poll(() => processesOn(folder), { timeout: 60_000 }).toEqual([])
  }
  const last = start()
  expect(await last.ready, last.output()).toBe('ready')
}, 300_000)

test('a second program on the same data folder is told who has it', async () => {
  const first = start(aDatabase())
  expect(await first.ready, first.output()).toBe('ready')
  const second = start(aDatabase())
  expect(await second.ready).toBe(1)
  expect(second.output()).toMatch(/The data folder .* is in use by process \d+/)
  expect(second.output()).not.toContain('    at ')
}, 180_000)

test('a port in use is a sentence that names the variable', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const { ready, output } = start({ ...aDatabase(), TENANT_PORT: String(port) })
  expect(await ready).toBe(1)
  expect(output()).toContain(`Port ${port} is in use by another program. Stop that one, or set TENANT_PORT`)
  expect(output()).not.toContain('    at ')
  other.close()
}, 180_000)

test('faults of the configuration are all told, by name, before anything is made', async () => {
  const settings = { PORT: 'x', AUTH0_DOMAIN: 'https://example.auth0.com/', CLIENT_ID: 'a' }
  const { ready, output } = start(settings, [process.execPath, 'apps/standalone/src/main.ts'])
  expect(await ready).toBe(1)
  for (const name of ['PORT', 'AUTH0_DOMAIN', 'AUTH0_AUDIENCE', 'CLIENT_SECRET', 'AUTH0_SPA_CLIENT_ID'])
    expect(output()).toContain(name)
  expect(readdirSync(folder)).toEqual([])
}, 180_000)

test('a database that cannot be reached is a sentence', async () => {
  const { ready, output } = start({ DATABASE_URL: 'postgresql://nobody:secret-word@127.0.0.1:9/none' })
  expect(await ready).toBe(1)
  expect(output()).toContain('DATABASE_URL')
  expect(output()).not.toContain('secret-word')
  expect(output()).not.toContain('    at ')
}, 180_000)

test('a key that does not belong to the database is a sentence that names the key file', async () => {
  const database = aDatabase()
  const first = start(database)
  expect(await first.ready, first.output()).toBe('ready')
  const ended = once(first.child, 'exit')
  first.child.kill('SIGTERM')
  await ended
  await writeFile(join(folder, 'tenant.key'), randomBytes(32).toString('base64url'))
  const second = start(database)
  expect(await second.ready).toBe(1)
  expect(second.output()).toContain('tenant.key')
  expect(second.output()).not.toContain('    at ')
}, 180_000)

test('a tenant that is not there is a sentence that names AUTH0_DOMAIN', async () => {
  const auth0 = {
    ...aDatabase(),
    AUTH0_DOMAIN: 'localhost:9',
    AUTH0_AUDIENCE: 'https://a.example',
    CLIENT_ID: 'a',
    CLIENT_SECRET: 'hush-hush',
    AUTH0_SPA_CLIENT_ID: 'b',
  }
  const { ready, output } = start(auth0, [process.execPath, 'apps/standalone/src/main.ts'])
  expect(await ready).toBe(1)
  expect(output()).toContain('AUTH0_DOMAIN')
  expect(output()).not.toContain('hush-hush')
  expect(output()).not.toContain('    at ')
}, 180_000)

test('one local tenant can serve as the Auth0 tenant of another start', async () => {
  const database = aDatabase()
  const tenant = start(database)
  expect(await tenant.ready, tenant.output()).toBe('ready')
  const { tenantUrl, tenantCa } = await readJson('run.json')
  const { audience, m2m, spa } = await readJson('credentials.json')
  const other = await mkdtemp(join(tmpdir(), 'rollcall-start-other-'))
  const env = {
    ...database,
    ROLLCALL_DATA: other,
    NODE_EXTRA_CA_CERTS: tenantCa,
    AUTH0_DOMAIN: new URL(tenantUrl).host,
    AUTH0_AUDIENCE: audience,
    CLIENT_ID: m2m.clientId,
    CLIENT_SECRET: m2m.clientSecret,
    AUTH0_SPA_CLIENT_ID: spa.clientId,
  }
  const command = [process.execPath, 'apps/standalone/src/main.ts']
  const dashboard = start(env, command)
  expect(await dashboard.ready, dashboard.output()).toBe('ready')
  expect(JSON.parse(await readFile(join(other, 'run.json'), 'utf8'))).toMatchObject({
    tenantUrl: tenantUrl.replace('http:', 'https:'),
    tenantCa: null,
  })

  const wrong = start(
    {
      ...env,
      ROLLCALL_DATA: `${other}-wrong`,
      CLIENT_SECRET: 'not-this-one',
      AUTH0_AUDIENCE: 'https://elsewhere.example',
    },
    command,
  )
  expect(await wrong.ready).toBe(1)
  expect(wrong.output()).toMatch(/CLIENT_SECRET/)
  expect(wrong.output()).not.toContain('not-this-one')
  const ended = once(dashboard.child, 'exit')
  dashboard.child.kill('SIGTERM')
  await ended
  await rm(other, { recursive: true })
  await rm(`${other}-wrong`, { recursive: true })
}, 180_000)

test('a tenant that runs is told to keep its state, to fill up, and to go back', async () => {
  expect(await start(aDatabase(), withDemo).ready).toBe('ready')
  const command = async (...words: string[]) => {
    const { output, child } = start({}, [...withDemo, ...words])
    const [code] = (await once(child, 'close')) as [number]
    return { code, said: output().trim() }
  }
  expect(await command('snapshot', 'mine')).toEqual({ code: 0, said: 'Done.' })
  // What such a command does once it has started.
  const asked = (...words: string[]) => controlTenant(words, { ROLLCALL_DATA: folder }, root)
  expect(await asked('seed', '1200')).toBe('Added 200 users.')
  expect(await asked('restore', 'mine')).toBe('Done.')
  expect(await asked('snapshots')).toBe('first-start  1,001 users\nmine  1,001 users')
  expect(await asked('reset')).toBe('Done.')
  await expect(asked('restore', 'nothing')).rejects.toThrow('There is no snapshot of this name.')
  expect(await command('nonsense')).toMatchObject({ code: 1, said: expect.stringContaining('npm run tenant -- reset') as unknown }) // prettier-ignore
}, 180_000)
