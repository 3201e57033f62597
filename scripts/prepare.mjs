// What every command needs first, on a machine that has only Node and npm: dependencies, a recent Node, a built dashboard.
// Plain JavaScript without dependencies: it runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** For the programs we start: what Node has compiled, and stripped of types, is kept for the next start. */
export const compileCache = {
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.cache', 'node'),
}

/** Something the person in front of it can mend; told without a stack. */
export class Problem extends Error {}

/** @param {string} line */
export const say = (line) => process.stdout.write(`${line}\n`)

/**
 * Installs what is missing, unless what is installed is what the lock file says.
 * @param {NodeJS.WritableStream} told where that is said
 */
export async function ensureInstalled(told = process.stdout) {
  const modules = join(root, 'node_modules')
  const stamp = join(modules, '.rollcall-installed')
  const wanted = hashOf([join(root, 'package-lock.json')])
  const isInstalled = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
  if (isInstalled()) return
  await withLock(join(root, '.install.lock'), async () => {
    if (isInstalled()) return // another start has just done it
    if (!isWhole(modules)) {
      told.write('Installing dependencies (once; about a minute)\n')
      await run('npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund', '--include=dev', '--include=optional'], {
        failure: 'npm could not install the dependencies. Is the npm registry reachable?',
      })
    }
    writeFileSync(stamp, wanted)
  })
}

/**
 * Whether npm itself wrote down the very packages of the lock file (after an install by hand, say).
 * @param {string} modules
 */
function isWhole(modules) {
  const written = join(modules, '.package-lock.json')
  if (!existsSync(written)) return false
  const read = (/** @type {string} */ file) =>
    /** @type {Record<string, { version?: string, optional?: boolean, link?: boolean }>} */ (
      JSON.parse(readFileSync(file, 'utf8')).packages
    )
  const installed = read(written)
  return Object.entries(read(join(root, 'package-lock.json'))).every(([path, { version, optional, link }]) => {
    if (!path.includes('node_modules/')) return true
    const there = installed[path]
    return there ? link === true || there.version === version : optional === true
  })
}

/** @returns {string} a Node that runs TypeScript as it is: the one that npm brought, else this one if it is recent enough */
export function findNode() {
  const brought = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  if (existsSync(brought) && spawnSync(brought, ['--version']).status === 0) return brought
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  throw new Problem(
    `Rollcall needs Node 22.18 or newer here (this is ${process.versions.node}), because npm has none for ${process.platform} ${process.arch}.`,
  )
}

/**
 * Builds a browser application when its sources have changed since the last build. The new build takes the old one's place when it is whole.
 * @param {string} app folder under apps/
 * @param {string} node
 */
export async function ensureBuilt(app, node) {
  const folder = join(root, 'apps', app)
  const dist = join(folder, 'dist')
  const stamp = join(dist, '.sources')
  const sources = [folder, join(root, 'packages', 'contracts', 'src'), join(root, 'package-lock.json')]
  const wanted = hashOf(sources)
  const isFresh = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
  if (isFresh()) return
  await withLock(join(folder, '.build.lock'), async () => {
    if (isFresh()) return
    say(`Building the ${app === 'events' ? 'events site' : app}`)
    const draft = join(folder, 'dist.draft')
    rmSync(draft, { recursive: true, force: true })
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
    await run(node, [vite, 'build', folder, '--outDir', draft, '--emptyOutDir', '--logLevel', 'error'], {
      failure: `The ${app} could not be built.`,
    })
    writeFileSync(join(draft, '.sources'), wanted)
    rmSync(dist, { recursive: true, force: true })
    renameSync(draft, dist)
  })
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ failure: string }} options
 * @returns {Promise<void>}
 */
function run(command, args, { failure }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.once('error', (error) => reject(new Problem(`${failure} (${error.message})`)))
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Problem(`${failure}\n${output.trim()}`))))
  })
}

/**
 * One start at a time does a thing; a lock whose owner is gone is taken over.
 * @param {string} path
 * @param {() => Promise<void>} work
 */
async function withLock(path, work) {
  for (;;) {
    try {
      mkdirSync(path)
      writeFileSync(join(path, 'pid'), String(process.pid))
      break
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
      if (!isOwned(path)) rmSync(path, { recursive: true, force: true })
      await sleep(200)
    }
  }
  try {
    await work()
  } finally {
    rmSync(join(path, 'pid'), { force: true })
    rmdirSync(path)
  }
}

/** @param {string} path */
function isOwned(path) {
  try {
    process.kill(Number(readFileSync(join(path, 'pid'), 'utf8')), 0)
    return true
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error)
    // Somebody else's process; or a lock that is being written this very moment.
    return (
      code === 'EPERM' ||
      (code === 'ENOENT' && Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < 2000)
    )
  }
}

/**
 * @param {string[]} paths files, and folders with all that is in them but what was built or installed
 * @returns {string}
 */
function hashOf(paths) {
  const hash = createHash('sha256')
  const add = (/** @type {string} */ path) => {
    if (!statSync(path).isDirectory())
      return void hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0')
    for (const name of readdirSync(path).sort()) {
      if (!/^(node_modules|dist|dist\.draft|\.build\.lock)$/.test(name)) add(join(path, name))
    }
  }
  paths.forEach(add)
  return hash.digest('hex')
}
