import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { chown, mkdir, stat } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { DatabaseUnusable } from '../open-database.ts'

interface Account {
  uid: number
  gid: number
}

/**
 * How PostgreSQL is run: as ourselves, as another user, or in a user namespace. It refuses to run as root, so under root one of the latter two
 * has to do.
 */
export interface Runner {
  name: string
  /** Files that PostgreSQL writes must belong to this user; undefined: to us. */
  owner?: Account
  start(command: string, args: string[], options: SpawnOptions): ChildProcess
}

const self: Runner = { name: 'this user', start: spawn }

// Its kernel identity stays root, so it may go where root's files are; inside it is user 1000, so PostgreSQL agrees to run.
const namespace: Runner = {
  name: 'root in a user namespace',
  start: (command, args, options) =>
    spawn('unshare', ['--user', '--map-user=1000', '--map-group=1000', '--', command, ...args], options),
}

/**
 * Finds a way in which PostgreSQL runs here, by trying: what a user may read says more than mode bits do.
 * @param binary the server's path
 * @param folder where its files shall be; made, if need be
 * @param cluster the files themselves: once made, they stay with the user who made them
 */
export async function findRunner(binary: string, folder: string, cluster: string): Promise<Runner> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const keeper = await ownerOf(cluster)
  if (process.getuid?.() !== 0) {
    if (keeper && keeper.uid !== process.getuid?.()) {
      throw new DatabaseUnusable(
        `The database in ${folder} belongs to another user. Start as that user, or set ROLLCALL_DATA to a folder of your own.`,
      )
    }
    if (canRun(self, binary)) return self
    throw new DatabaseUnusable(
      `The embedded PostgreSQL does not run here: ${whyNot(binary)} Set DATABASE_URL to a PostgreSQL of your own.`,
    )
  }
  for (const owner of keeper ? [keeper] : [accountOf('postgres'), accountOf('nobody')]) {
    if (!owner || owner.uid === 0) continue
    const runner: Runner = {
      name: `user ${owner.uid}`,
      owner,
      start: (command, args, options) => spawn(command, args, { ...options, ...owner }),
    }
    if (!canRun(runner, binary)) continue
    const isReachable = spawnSync('/bin/sh', ['-c', 'cd "$1/.."', 'sh', folder], {
      ...owner,
      stdio: 'ignore',
      cwd: '/',
    })
    if (isReachable.status !== 0) continue
    await chown(folder, owner.uid, owner.gid)
    return runner
  }
  if ((!keeper || keeper.uid === 0) && canRun(namespace, binary)) return namespace
  throw new DatabaseUnusable(
    `PostgreSQL does not run as root, and no other user of this machine can reach ${folder}. Set ROLLCALL_DATA to a folder that other users can enter ` +
      '(such as /var/lib/rollcall), start as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.',
  )
}

async function ownerOf(path: string): Promise<Account | undefined> {
  try {
    const { uid, gid } = await stat(path)
    return { uid, gid }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new DatabaseUnusable(
      `The database in ${path} cannot be reached by this user. Start as the user who made it, or set ROLLCALL_DATA to a folder of your own.`,
      { cause: error },
    )
  }
}

function canRun(runner: Runner, binary: string): boolean {
  const { owner } = runner
  const result =
    runner === namespace
      ? spawnSync('unshare', ['--user', '--map-user=1000', '--map-group=1000', '--', binary, '--version'], {
          stdio: 'ignore',
          cwd: '/',
        })
      : spawnSync(binary, ['--version'], { ...owner, stdio: 'ignore', cwd: '/' })
  return result.status === 0
}

function whyNot(binary: string): string {
  const result = spawnSync(binary, ['--version'], { encoding: 'utf8' })
  return result.error?.message ?? result.stderr.trim()
}

function accountOf(name: string): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined
}
