import { spawn } from 'node:child_process'
import { compileCache, root, say } from './prepare.mjs'

/** @typedef {{ name: string, command: string, args: string[] }} Step */

/**
 * Runs steps, two at a time, with one line each; prints what a failed one said.
 * @param {Step[]} steps
 * @returns {Promise<boolean>} whether all went well
 */
export async function runSteps(steps) {
  const waiting = [...steps]
  let isGood = true
  const worker = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const startedAt = performance.now()
      const { code, output } = await runStep(step)
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
      say(`${code === 0 ? 'ok    ' : 'FAILED'} ${step.name} (${seconds} s)`)
      if (code !== 0) say(output.trim().replace(/^/gm, '  '))
      isGood &&= code === 0
    }
  }
  await Promise.all([worker(), worker()])
  return isGood
}

/**
 * @param {Step} step
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function runStep({ command, args }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...compileCache },
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.once('error', reject)
    child.once('exit', (code) => resolve({ code, output }))
  })
}
