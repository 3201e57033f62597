import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Problem, root, say } from './prepare.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * A Chromium that starts: one that is there already, else Debian's package, else Playwright's own download.
 * @param {string} node
 * @returns {string} its path
 */
export function findBrowser(node) {
  const there = installed()
  if (there) return there
  const reasons = []
  for (const [how, install] of /** @type {const} */ ([
    ['Debian’s package', installFromDebian],
    ['Playwright’s download', () => installFromPlaywright(node)],
  ])) {
    say(`Installing a browser: ${how}`)
    const { path, reason } = install()
    if (path) return path
    reasons.push(`${how}: ${reason}`)
  }
  throw new Problem(
    `The browser journeys need Chromium, and none could be installed.\n  ${reasons.join('\n  ')}\nInstall it (apt-get install chromium), or set CHROMIUM_PATH.`,
  )
}

/** @returns {string | undefined} */
function installed() {
  const given = process.env.CHROMIUM_PATH
  if (given) {
    if (starts(given)) return given
    throw new Problem(`CHROMIUM_PATH is ${given}, which does not start.`)
  }
  const folders = (process.env.PATH ?? '').split(delimiter)
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path) && starts(path))
}

/** @param {string} path */
const starts = (path) => spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 20_000 }).status === 0

/** @returns {{ path?: string | undefined, reason: string }} */
function installFromDebian() {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  let said = ''
  for (const args of [
    ['apt-get', 'update', '-qq'],
    ['apt-get', 'install', '-y', '-qq', 'chromium', 'fonts-noto-core', 'fonts-noto-cjk'],
  ]) {
    const [command = '', ...rest] = [...asRoot, ...args]
    const result = spawnSync(command, rest, { env, encoding: 'utf8' })
    if (result.status !== 0) said = (result.error?.message ?? result.stderr).trim().split('\n').at(-1) ?? ''
  }
  return { path: installed(), reason: said || 'it is not a Debian' }
}

/**
 * @param {string} node
 * @returns {{ path?: string | undefined, reason: string }}
 */
function installFromPlaywright(node) {
  const cli = join(root, 'node_modules', '@playwright', 'test', 'cli.js')
  const result = spawnSync(node, [cli, 'install', 'chromium'], { encoding: 'utf8', timeout: 300_000 })
  if (result.status !== 0) return { reason: (result.stderr ?? '').trim().split('\n').at(-1) ?? 'failed' }
  const script = "import('playwright-core').then(({ chromium }) => console.log(chromium.executablePath()))"
  const { stdout } = spawnSync(node, ['-e', script], { cwd: root, encoding: 'utf8' })
  const path = stdout.trim()
  return starts(path) ? { path, reason: '' } : { reason: `${path} does not start` }
}
