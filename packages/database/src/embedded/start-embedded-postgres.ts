import { spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, openSync, closeSync, readFileSync } from 'node:fs'
import { appendFile, chmod, chown, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { totalmem } from 'node:os'
import { join } from 'node:path'
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
  const runner = await findRunner(binaries.postgres, dataDirectory)
  const lock = await takeProcessLock(join(dataDirectory, 'owner.lock'))
  if (!lock.isHeld) return joinRunning(dataDirectory, lock.holder.pid)
  try {
    const cluster = join(dataDirectory, 'cluster')
    const password = await readOrMakePassword(join(dataDirectory, 'password'))
    await endOrphan(cluster)
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
  await writeFile(`${path}.tmp`, password, { mode: 0o600 })
  await rename(`${path}.tmp`, path)
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
  const draft = `${cluster}.tmp`
  const passwordFile = `${cluster}.password`
  await rm(draft, { recursive: true, force: true })
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (runner.owner) await chown(passwordFile, runner.owner.uid, runner.owner.gid)
  const args = ['-D', draft, '-U', 'rollcall', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '-E', 'UTF8']
  // Unicode case rules without ICU, and byte order, which indexes on identifiers want.
  args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', ...(isDurable ? [] : ['--no-sync']))
  const initdb = runner.start(binaries.initdb, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: '/',
    env: { LC_ALL: 'C' },
  })
  let said = ''
  initdb.stdout?.on('data', (chunk) => (said += String(chunk)))
  initdb.stderr?.on('data', (chunk) => (said += String(chunk)))
  const code = await exitOf(initdb)
  await rm(passwordFile, { force: true })
  if (code !== 0)
    throw new DatabaseUnusable(`The embedded PostgreSQL could not be set up: ${said.trim()} Or set DATABASE_URL.`)
  await appendFile(join(draft, 'postgresql.conf'), settings(isDurable))
  await rename(draft, cluster)
  const folder = await open(join(cluster, '..'))
  await folder.sync()
  await folder.close()
}

function settings(isDurable: boolean): string {
  const quarterOfMemory = Math.floor(totalmem() / 4 / 2 ** 20)
  const lines = {
    listen_addresses: `'127.0.0.1'`,
    unix_socket_directories: `''`,
    max_connections: 60,
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

/** A server that outlived whoever started it (somebody killed the guard as well) is stopped, so that we can start it anew. */
async function endOrphan(cluster: string): Promise<void> {
  const file = await readIfThere(join(cluster, 'postmaster.pid'))
  if (file === undefined) return
  const pid = Number(file.split('\n', 1)[0])
  const runs = () => commandOf(pid).includes(cluster)
  if (runs()) process.kill(pid, 'SIGINT')
  const patienceEnds = performance.now() + 10_000
  while (runs() && performance.now() < patienceEnds) await sleep(20)
  if (runs()) process.kill(pid, 'SIGQUIT')
  while (runs() && performance.now() < patienceEnds + 10_000) await sleep(20)
  if (runs())
    throw new DatabaseUnusable(`PostgreSQL (process ${pid}) does not let go of ${cluster}. End it, then start again.`)
  // The number in it may be somebody else's by now, and would keep the server from starting.
  await rm(join(cluster, 'postmaster.pid'), { force: true })
}

/** Empty for a process that is gone, or dead and not yet reaped. */
function commandOf(pid: number): string {
  if (process.platform !== 'linux')
    return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

interface LaunchOptions {
  binaries: Binaries
  runner: Runner
  dataDirectory: string
  cluster: string
  password: string
}

/**
 * Runs the server ($@) beside a watcher that waits on our pipe: when we close it, or die, the server is shut down in order. The guard ends
 * with the server.
 */
const guard = `
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
(read -r line <&3; kill -INT $server) 2>/dev/null &
watcher=$!
exec 3<&-
wait $server
code=$?
kill $watcher 2>/dev/null
exit $code
`

async function launch({ binaries, runner, dataDirectory, cluster, password }: LaunchOptions) {
  const logFile = join(dataDirectory, 'postgres.log')
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort()
    const url = `postgresql://rollcall:${password}@127.0.0.1:${port}`
    const log = openSync(logFile, 'w', 0o600)
    const child = runner.start('/bin/sh', ['-c', guard, 'sh', binaries.postgres, '-D', cluster, '-p', String(port)], {
      stdio: ['pipe', log, log],
      // A group of its own: Ctrl-C is for us, and the server is stopped when we have finished with it.
      detached: true,
      cwd: '/',
      env: { LC_ALL: 'C', PATH: process.env.PATH ?? '/usr/bin:/bin' },
    })
    closeSync(log)
    child.stdin?.on('error', () => undefined) // it ended first
    const exit = exitOf(child)
    let hasEnded = false
    void exit.then(() => (hasEnded = true))
    const deadline = performance.now() + startDeadlineMs
    while (!hasEnded && performance.now() < deadline) {
      if (await answers(`${url}/postgres`)) {
        await makeDatabase(`${url}/postgres`)
        await writeUrl(join(dataDirectory, 'url'), `${url}/rollcall`)
        return { url: `${url}/rollcall`, stop: () => stop(child, exit, cluster) }
      }
      await sleep(15)
    }
    child.stdin?.end()
    const said = (await readIfThere(logFile)) ?? ''
    const wasPortTaken = said.includes('could not bind')
    if (wasPortTaken && attempt < 5) continue
    const lines = said.trim().split('\n').slice(-5).join(' ')
    throw new DatabaseUnusable(`The embedded PostgreSQL did not start (${runner.name}): ${lines} Or set DATABASE_URL.`)
  }
}

async function stop(child: ChildProcess, exit: Promise<number | null>, cluster: string): Promise<void> {
  child.stdin?.end()
  const timer = setTimeout(() => {
    const pid = Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n', 1)[0])
    process.kill(pid, 'SIGQUIT')
  }, 10_000)
  await exit
  clearTimeout(timer)
}

async function makeDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rowCount } = await client.query(`SELECT 1 FROM pg_database WHERE datname = 'rollcall'`)
  if (rowCount === 0) await client.query('CREATE DATABASE rollcall')
  await client.end()
}

async function writeUrl(path: string, url: string): Promise<void> {
  await rm(`${path}.tmp`, { force: true })
  await writeFile(`${path}.tmp`, url, { mode: 0o600 })
  await chmod(`${path}.tmp`, 0o600)
  await rename(`${path}.tmp`, path)
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
