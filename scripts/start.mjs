// `node scripts/start.mjs <what> [arguments]`: makes ready what is missing, then runs one of our programs and ends with it.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { Problem, compileCache, ensureBuilt, ensureInstalled, findNode, root } from './prepare.mjs'

/** @type {Record<string, { program?: string, builds: string[], isForScripts?: boolean }>} */
const programs = {
  standalone: { program: 'apps/standalone/src/main.ts', builds: ['dashboard'] },
  tenant: { program: 'apps/standalone/src/tenant.ts', builds: [] },
  events: { program: 'apps/events/src/server/main.ts', builds: ['dashboard', 'events'] },
  audit: { program: 'apps/standalone/src/audit.ts', builds: [] },
  'command-line': { program: 'apps/standalone/src/command-line/main.ts', builds: [], isForScripts: true },
  seed: { program: 'apps/standalone/src/seed.ts', builds: [] },
  fuzz: { program: 'packages/tenant/src/testing/fuzz/main.ts', builds: [] },
  bench: { program: 'bench/main.ts', builds: ['dashboard'] },
  build: { builds: ['dashboard', 'events'] },
}

try {
  const [what = '', ...args] = process.argv.slice(2)
  const chosen = programs[what]
  if (!chosen) throw new Problem(`There is no “${what}”. Choose one of ${Object.keys(programs).join(', ')}.`)
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Problem(`Rollcall needs Node 20.19 or newer to start; this is ${process.versions.node}.`)
  }
  const parent = process.ppid
  const { program, builds, isForScripts = false } = chosen
  await ensureInstalled(isForScripts ? process.stderr : process.stdout)
  const node = findNode()
  for (const app of builds) await ensureBuilt(app, node)
  // A file that is named on the command line is one of the folder where it was typed.
  if (program !== undefined)
    runProgram(node, [join(root, program), ...args], { parent, cwd: isForScripts ? process.cwd() : root })
} catch (error) {
  if (!(error instanceof Problem)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

/**
 * The program ends when the channel to us closes, so it cannot outlive us; and we end when npm, which started us, is gone.
 * @param {string} node
 * @param {string[]} args
 * @param {{ parent: number, cwd: string }} place
 */
function runProgram(node, args, { parent, cwd }) {
  const child = spawn(node, args, {
    cwd,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...compileCache },
  })
  child.once('error', (error) => {
    process.stderr.write(`The program could not be started: ${error.message}\n`)
    process.exitCode = 1
  })
  const letGo = () => {
    if (child.connected) child.disconnect()
  }
  // Never passed on: a terminal, npm and systemd may each have sent it to the program as well, which takes a second one as an order to end
  // at once. We stay until it has closed.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, letGo)
  const watched = process.env.npm_lifecycle_event === undefined ? [] : ancestorsUpToNpm(parent)
  const watching = setInterval(() => {
    if (watched.some((pid) => !isAlive(pid))) letGo()
  }, 300)
  child.once('exit', (code, signal) => {
    clearInterval(watching)
    process.exit(code ?? 128 + constants.signals[signal ?? 'SIGTERM'])
  })
}

/**
 * The shell that npm runs us in, and npm itself. Empty where there is no /proc.
 * @param {number} parent
 */
function ancestorsUpToNpm(parent) {
  const pids = []
  for (let pid = parent; pid > 1 && pids.length < 4;) {
    const stat = statOf(pid)
    if (stat === undefined) return []
    pids.push(pid)
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
    if (!/^(sh|dash|bash)$/.test(name)) break
    pid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  }
  return pids
}

/** @param {number} pid */
function isAlive(pid) {
  const stat = statOf(pid)
  return stat !== undefined && !/\) [ZX] /.test(stat)
}

/**
 * @param {number} pid
 * @returns {string | undefined} undefined for a process that is gone, and where there is no /proc
 */
function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
}
