import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEmbeddedPostgres } from './index.ts'

let root: string
let dataDirectory: string
/** Where nothing hangs on it, the disk is not waited for. */
const isDurable = false
const children: ChildProcess[] = []
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rollcall-embedded-'))
  await chmod(root, 0o711)
  dataDirectory = join(root, 'postgres')
})
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  await expect.poll(() => serversOn(dataDirectory), { timeout: 60_000 }).toEqual([])
  await rm(root, { recursive: true })
})

/** Live processes, zombies not counted, that were started with this folder. */
function serversOn(folder: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        return (
          pid > 0 && pid !== process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${folder}/cluster`)
        )
      } catch {
        return false // it has just ended
      }
    })
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  const { rows } = await client.query(text)
  await client.end()
  return rows as unknown[]
}

/** Another process of ours that starts the server and holds it; @returns it and the URL it was given. */
async function program(): Promise<{ child: ChildProcess; url: string; isShared: boolean }> {
  const code = `
    import { startEmbeddedPostgres } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}
    const { url, isShared } = await startEmbeddedPostgres({ dataDirectory: ${JSON.stringify(dataDirectory)} })
    console.log(JSON.stringify({ url, isShared })); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, ...(JSON.parse(String(line)) as { url: string; isShared: boolean }) }
}

test('a stop and a start keep the data, and the password is its owner’s alone', async () => {
  const first = await startEmbeddedPostgres({ dataDirectory })
  await query(first.url, 'CREATE EXTENSION pg_trgm')
  expect(await query(first.url, "SELECT show_trgm('北京') <> '{}' AS known"), 'letters of every script').toEqual([{ known: true }]) // prettier-ignore
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
  await first.stop()
  expect(serversOn(dataDirectory)).toEqual([])
  const second = await startEmbeddedPostgres({ dataDirectory })
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  await expect(query(second.url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(
    'password authentication failed',
  )
  await second.stop()
}, 180_000)

test('killing the program stops the server, and what was acknowledged is there at the next start', async () => {
  const { child, url } = await program()
  await query(url, 'CREATE TABLE kept (id int)')
  let acknowledged = 0
  const writing = (async () => {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => undefined)
    await client.connect()
    for (;;) {
      await client.query('INSERT INTO kept VALUES ($1)', [acknowledged])
      acknowledged += 1
      if (acknowledged === 50) child.kill('SIGKILL')
    }
  })().catch(() => undefined)
  await writing
  await expect.poll(() => serversOn(dataDirectory), { timeout: 60_000 }).toEqual([])
  const next = await startEmbeddedPostgres({ dataDirectory })
  const [row] = await query(next.url, 'SELECT count(*)::int AS rows FROM kept')
  expect((row as { rows: number }).rows).toBeGreaterThanOrEqual(acknowledged)
  await next.stop()
}, 180_000)

test('a killed server leaves no query behind that keeps the next one from starting', async () => {
  const { child, url } = await program()
  await query(url, 'CREATE TABLE kept AS SELECT 1 AS id')
  const long = query(url, 'SELECT count(*) FROM generate_series(1, 1000000000)').catch(() => undefined)
  const isRunning = () => query(url, `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT count(%'`)
  await expect.poll(isRunning).toHaveLength(1)
  process.kill(
    Number((await readFile(join(dataDirectory, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')[0]),
    'SIGKILL',
  )
  child.kill('SIGKILL')
  await once(child, 'exit')
  const next = await startEmbeddedPostgres({ dataDirectory })
  expect(await query(next.url, 'SELECT id FROM kept')).toEqual([{ id: 1 }])
  await next.stop()
  await long
}, 180_000)

test('a program killed while it sets up the files does not disturb the next one', async () => {
  const code = `
    import { startEmbeddedPostgres } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}
    await startEmbeddedPostgres({ dataDirectory: ${JSON.stringify(dataDirectory)} })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' })
  children.push(child)
  const isAtWork = () => existsSync(dataDirectory) && readdirSync(dataDirectory).some((name) => name.endsWith('.tmp'))
  await expect.poll(isAtWork, { interval: 5, timeout: 60_000 }).toBe(true)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const next = await startEmbeddedPostgres({ dataDirectory })
  expect(await query(next.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  await next.stop()
}, 180_000)

test.runIf(process.getuid?.() === 0)(
  'files once made stay with the user who made them',
  async () => {
    const first = await startEmbeddedPostgres({ dataDirectory, isDurable })
    await first.stop()
    const { status } = spawnSync('chown', ['-R', '65534:65534', dataDirectory])
    expect(status).toBe(0)
    const second = await startEmbeddedPostgres({ dataDirectory, isDurable })
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await second.stop()
  },
  180_000,
)

test('a killed guard is recovered from', async () => {
  const { child, url } = await program()
  await query(url, 'CREATE TABLE kept AS SELECT 1 AS id')
  const postmaster = Number((await readFile(join(dataDirectory, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')[0])
  const guard = Number(readFileSync(`/proc/${postmaster}/stat`, 'utf8').split(') ')[1]?.split(' ')[1])
  process.kill(guard, 'SIGKILL') // now nobody watches over the server
  child.kill('SIGKILL')
  await once(child, 'exit')
  const next = await startEmbeddedPostgres({ dataDirectory })
  expect(await query(next.url, 'SELECT id FROM kept')).toEqual([{ id: 1 }])
  await next.stop()
}, 180_000)

test('two programs on one folder share one server', async () => {
  const programs = await Promise.all([program(), program()])
  expect(programs.map(({ isShared }) => isShared).sort()).toEqual([false, true])
  expect(programs[0].url).toBe(programs[1].url)
}, 180_000)

test('a set-up that was interrupted is begun again', async () => {
  await mkdir(join(dataDirectory, 'cluster.1.tmp'), { recursive: true })
  await writeFile(join(dataDirectory, 'cluster.1.tmp', 'PG_VERSION'), 'half')
  const server = await startEmbeddedPostgres({ dataDirectory, isDurable })
  expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  await server.stop()
}, 180_000)

test('data of another major version is refused in a sentence', async () => {
  const server = await startEmbeddedPostgres({ dataDirectory, isDurable })
  await server.stop()
  await writeFile(join(dataDirectory, 'cluster', 'PG_VERSION'), '17\n')
  await expect(startEmbeddedPostgres({ dataDirectory, isDurable })).rejects.toThrow('written by PostgreSQL 17')
}, 180_000)

test('a folder that only root can reach will do', async () => {
  const folder = await mkdtemp(join(process.getuid?.() === 0 ? homedir() : tmpdir(), '.rollcall-embedded-'))
  try {
    const server = await startEmbeddedPostgres({ dataDirectory: join(folder, 'postgres'), isDurable })
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await server.stop()
    expect(existsSync(join(folder, 'postgres', 'cluster', 'postmaster.pid'))).toBe(false)
  } finally {
    await rm(folder, { recursive: true })
  }
}, 180_000)
