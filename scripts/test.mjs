// `npm test`: unit and integration tests, then browser journeys; ends with `N passed, N failed`.
//   npm test -- --unit | --browser    one half
//   npm test -- users                 the files whose path holds "users"
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBrowser } from './browser.mjs'
import { Problem, compileCache, ensureBuilt, ensureInstalled, findNode, root, say } from './prepare.mjs'

const args = process.argv.slice(2)
const filters = args.filter((arg) => !arg.startsWith('--'))
const wants = { unit: !args.includes('--browser'), browser: !args.includes('--unit') }
const reports = mkdtempSync(join(tmpdir(), 'rollcall-reports-'))
let passed = 0
let failed = 0
let skipped = 0

try {
  await ensureInstalled()
  const node = findNode()
  if (wants.unit) {
    say('Unit and integration tests')
    const report = join(reports, 'vitest.json')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const code = await run(node, [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--passWithNoTests',
      ...reporters,
      ...filters,
    ])
    const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = read(report)
    count({ code, passed: numPassedTests, failed: numFailedTests || numFailedTestSuites, skipped: numPendingTests })
  }
  if (wants.browser) {
    await Promise.all(['dashboard', 'events'].map((app) => ensureBuilt(app, node)))
    const browser = findBrowser(node)
    say(`Browser journeys (${browser})`)
    const report = join(reports, 'playwright.json')
    const code = await run(
      node,
      ['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json', '--pass-with-no-tests', ...filters],
      { CHROMIUM_PATH: browser, PLAYWRIGHT_JSON_OUTPUT_NAME: report },
    )
    const { expected, unexpected, flaky, skipped: left } = read(report).stats
    count({ code, passed: expected, failed: unexpected + flaky, skipped: left })
  }
} catch (error) {
  if (!(error instanceof Problem)) throw error
  process.stderr.write(`${error.message}\n`)
  failed += 1
} finally {
  rmSync(reports, { recursive: true, force: true })
}
if (passed + failed === 0) {
  process.stderr.write('No test ran.\n')
  failed = 1
}
say(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0

/** @param {{ code: number | null, passed: number, failed: number, skipped: number }} result */
function count(result) {
  passed += result.passed
  skipped += result.skipped
  // A runner that failed without a failed test (an error between tests, say) has failed all the same.
  failed += result.failed > 0 || result.code === 0 ? result.failed : 1
}

/** @param {string} report */
function read(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8'))
  } catch (error) {
    throw new Problem(`The tests ended without a report (${String(error)}).`)
  }
}

/**
 * @param {string} command
 * @param {string[]} commandArgs
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number | null>}
 */
function run(command, commandArgs, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArgs, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...compileCache, ...env },
    })
    child.once('error', reject)
    child.once('exit', resolve)
  })
}
