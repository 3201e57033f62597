import { spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, readdirSync, readlinkSync, realpathSync } from 'node:fs'
import { appendFile, chmod, chown, open, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { totalmem } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { takeProcessLock } from '@rollcall/data-folder'
import pg from 'pg'
import { DatabaseUnusable } from '../open-database.ts'
import { findBinaries } from './binaries.ts'
import type { Binaries } from './binaries.ts'
import { findRunner } from './run-as.ts'
import type { Runner } from './run-as.ts'

export interface EmbeddedPostgresOptions {
  /** Everything it keeps is in here; made at the first start. */
  dataDirectory: string
  /** False only for tests: a power cut may then lose what was acknowledged. */
  isDurable?: boolean
}

export interface EmbeddedPostgres {
  /** Of its database `rollcall`, with the password. */
  url: string
  /** Another process of ours runs it; it goes when that one goes. */
  isShared: boolean
  stop(): Promise<void>
}

const startDeadlineMs = 60_000

/**
 * Starts PostgreSQL on the binaries that npm brought. It ends with this process, however this process ends.
 * @throws DatabaseUnusable with a sentence that says what to do
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDirectory, isDurable = true } = options
  const binaries = await findBinaries()
  const cluster = join(dataDirectory, 'cluster')
  const runner = await findRunner(binaries.postgres, dataDirectory, cluster)
  const lock = await takeProcessLock(join(dataDirectory, 'owner.lock'))
  if (!lock.isHeld) return joinRunning(dataDirectory, lock.holder.pid)
  try {
    const password = await readOrMakePassword(join(dataDirectory, 'password'))
    await endServer(cluster) // one that outlived whoever started it: somebody killed the guard as well
    if (!existsSync(cluster)) await makeCluster({ binaries, runner, cluster, password, isDurable })
    refuseOtherMajor(cluster, binaries)
    const server = await launch({ binaries, runner, dataDirectory, cluster, password })
    return {
      url: server.url,
      isShared: false,
      stop: async () => {
        await server.stop()
        await lock.release()
      },
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}

async function joinRunning(dataDirectory: string, ownerPid: number): Promise<EmbeddedPostgres> {
  const deadline = performance.now() + startDeadlineMs
  while (performance.now() < deadline) {
    const url = await readIfThere(join(dataDirectory, 'url'))
    if (url !== undefined && (await answers(url))) return { url, isShared: true, stop: async () => undefined }
    await sleep(50)
  }
  throw new DatabaseUnusable(
    `The database in ${dataDirectory} belongs to process ${ownerPid}, which has not started it.`,
  )
}

async function readOrMakePassword(path: string): Promise<string> {
  const kept = await readIfThere(path)
  if (kept !== undefined) return kept
  const password = randomBytes(24).toString('base64url')
  await writeSecret(path, password)
  return password
}

interface ClusterOptions {
  binaries: Binaries
  runner: Runner
  cluster: string
  password: string
  isDurable: boolean
}

/** Made beside its place and moved there when it is whole: a start that was killed leaves nothing half-made. */
async function makeCluster({ binaries, runner, cluster, password, isDurable }: ClusterOptions): Promise<void> {
  const folder = dirname(cluster)
  const abandoned = (await readdir(folder)).filter((name) => isDraft(name, cluster))
  for (const name of abandoned) await rm(join(folder, name), { recursive: true, maxRetries: 10 })
  // A name of its own: what a start that was killed a moment ago has set off may still be writing, or cleaning up, in its draft.
  const draft = `${cluster}.${randomUUID()}.tmp`
  const passwordFile = `${cluster}.password`
  await writeSecret(passwordFile, password)
  if (runner.owner) await chown(passwordFile, runner.owner.uid, runner.owner.gid)
  const args = ['-D', draft, '-U', 'rollcall', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '-E', 'UTF8']
  // Unicode case rules without ICU, and byte order, which indexes on identifiers want.
  args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', ...(isDurable ? [] : ['--no-sync']))
  // What a letter is, pg_trgm asks the C library: in its plain C locale only Latin has any, and a search for 北京 would read everything.
  let made = await run(runner, [binaries.initdb, ...args, '--lc-ctype=C.UTF-8'])
  if (/invalid locale name/.test(made.said)) made = await run(runner, [binaries.initdb, ...args])
  await rm(passwordFile, { force: true })
  if (made.code !== 0)
    throw new DatabaseUnusable(`The embedded PostgreSQL could not be set up: ${made.said.trim()} Or set DATABASE_URL.`)
  await appendFile(join(draft, 'postgresql.conf'), settings(isDurable))
  await rename(draft, cluster)
  const handle = await open(folder)
  await handle.sync()
  await handle.close()
}

async function run(runner: Runner, command: string[]): Promise<{ code: number | null; said: string }> {
  const child = startGuarded(runner, command, 'pipe')
  let said = ''
  child.stdout?.on('data', (chunk) => (said += String(chunk)))
  child.stderr?.on('data', (chunk) => (said += String(chunk)))
  const saidAll = new Promise((resolve) => child.once('close', resolve))
  const code = await exitOf(child)
  await saidAll
  return { code, said }
}

function isDraft(name: string, cluster: string): boolean {
  return name.startsWith(`${basename(cluster)}.`) && name.endsWith('.tmp')
}

function settings(isDurable: boolean): string {
  const quarterOfMemory = Math.floor(totalmem() / 4 / 2 ** 20)
  const lines = {
    listen_addresses: `'127.0.0.1'`,
    unix_socket_directories: `''`,
    max_connections: 200,
    shared_buffers: `${totalmem() < 2 * 2 ** 30 ? 128 : Math.min(quarterOfMemory, 512)}MB`,
    work_mem: '32MB',
    maintenance_work_mem: '256MB',
    random_page_cost: 1.1,
    max_wal_size: '512MB',
    jit: 'off',
    // systemd removes the POSIX shared memory of users who have logged out
    dynamic_shared_memory_type: 'mmap',
    // values are people's data: they stay out of the server's log
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    ...(isDurable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  const text = Object.entries(lines).map(([name, value]) => `${name} = ${value}`)
  return `\n# Rollcall\n${text.join('\n')}\n`
}

function refuseOtherMajor(cluster: string, binaries: Binaries): void {
  const made = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim()
  const ours = binaries.version.split('.')[0]
  if (made === ours) return
  throw new DatabaseUnusable(
    `The data in ${cluster} was written by PostgreSQL ${made}; this is ${ours}. Start the version of Rollcall that wrote it, or set ROLLCALL_DATA to a new folder.`,
  )
}

/** Stops the server that runs on these files, if one does, whoever started it; and what a killed server has left behind. */
async function endServer(cluster: string): Promise<void> {
  if (!existsSync(cluster)) return
  const pid = Number((await readIfThere(join(cluster, 'postmaster.pid')))?.split('\n', 1)[0] ?? Number.NaN)
  const isServer = () => commandOf(pid).includes(cluster)
  if (isServer()) endIfThere(pid, 'SIGINT')
  if (!(await comesTrue(() => !isServer()))) endIfThere(pid, 'SIGQUIT')
  // Without its postmaster a backend goes on with its query, in the shared memory that the next server needs to itself.
  for (const backend of backendsOn(cluster)) endIfThere(backend, 'SIGQUIT')
  if (!(await comesTrue(() => !isServer() && backendsOn(cluster).length === 0)))
    throw new DatabaseUnusable(`PostgreSQL (process ${pid}) does not let go of ${cluster}. End it, then start again.`)
  // The number in it may be somebody else's by now, and would keep the server from starting.
  await rm(join(cluster, 'postmaster.pid'), { force: true })
}

/** @returns whether it did within ten seconds */
async function comesTrue(condition: () => boolean): Promise<boolean> {
  const patienceEnds = performance.now() + 10_000
  while (!condition()) {
    if (performance.now() > patienceEnds) return false
    await sleep(20)
  }
  return true
}

function endIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Empty for a process that is gone, or dead and not yet reaped. */
function commandOf(pid: number): string {
  if (Number.isNaN(pid)) return ''
  if (process.platform !== 'linux')
    return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/** The processes that a server has made to serve connections and keep house. Found on Linux only. */
function backendsOn(cluster: string): number[] {
  if (process.platform !== 'linux') return []
  const place = realpathSync(cluster)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === place && commandOf(pid).startsWith('postgres:')
      } catch {
        return false // it has just ended, or belongs to somebody else
      }
    })
}

interface LaunchOptions {
  binaries: Binaries
  runner: Runner
  dataDirectory: string
  cluster: string
  password: string
}

/**
 * Runs a program ($@) beside a watcher that waits on our pipe: when we close it, or die, the program is interrupted, again and again, since
 * it may not listen yet. The guard ends with the program.
 */
const guard = `
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
(read -r line <&3; while kill -INT $program; do sleep 0.2; done) >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait $program
code=$?
kill $watcher 2>/dev/null
exit $code
`

function startGuarded(runner: Runner, command: string[], output: 'pipe' | number): ChildProcess {
  const child = runner.start('/bin/sh', ['-c', guard, 'sh', ...command], {
    stdio: ['pipe', output, output],
    // A group of its own: Ctrl-C is for us, and the server is stopped when we have finished with it.
    detached: true,
    cwd: '/',
    env: { LC_ALL: 'C', PATH: process.env.PATH ?? '/usr/bin:/bin' },
  })
  child.stdin?.on('error', () => undefined) // it ended first
  return child
}

async function launch({ binaries, runner, dataDirectory, cluster, password }: LaunchOptions) {
  const logFile = join(dataDirectory, 'postgres.log')
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort()
    const url = `postgresql://rollcall:${password}@127.0.0.1:${port}`
    await rm(logFile, { force: true }) // it may be another user's, from a start as root
    const log = openSync(logFile, 'wx', 0o600)
    const child = startGuarded(runner, [binaries.postgres, '-D', cluster, '-p', String(port)], log)
    closeSync(log)
    const exit = exitOf(child)
    let hasEnded = false
    const noteEnd = () => (hasEnded = true)
    exit.then(noteEnd, noteEnd)
    const stop = async () => {
      child.stdin?.end()
      await endServer(cluster)
      await exit
    }
    const deadline = performance.now() + startDeadlineMs
    while (!hasEnded && performance.now() < deadline) {
      if (await answers(`${url}/postgres`)) {
        await makeDatabase(`${url}/postgres`)
        await writeSecret(join(dataDirectory, 'url'), `${url}/rollcall`)
        return { url: `${url}/rollcall`, stop }
      }
      await sleep(15)
    }
    await stop()
    const said = (await readIfThere(logFile)) ?? ''
    const wasPortTaken = said.includes('could not bind')
    if (wasPortTaken && attempt < 5) continue
    const lines = said.trim().split('\n').slice(-5).join(' ')
    throw new DatabaseUnusable(`The embedded PostgreSQL did not start (${runner.name}): ${lines} Or set DATABASE_URL.`)
  }
}

async function makeDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rowCount } = await client.query(`SELECT 1 FROM pg_database WHERE datname = 'rollcall'`)
  if (rowCount === 0) await client.query('CREATE DATABASE rollcall')
  await client.end()
}

/** It appears whole or not at all, for its owner alone. */
async function writeSecret(path: string, text: string): Promise<void> {
  const draft = `${path}.draft`
  await rm(draft, { force: true })
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' })
  await chmod(draft, 0o600) // whatever the umask
  await rename(draft, path)
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await Promise.race([
    once(child, 'exit'),
    once(child, 'error').then(([error]) => Promise.reject(error as Error)),
  ])) as [number | null]
  return code
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
