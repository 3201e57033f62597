// `npm run check`: types, lint, import circles, formatting, generated files.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Problem, ensureInstalled, findNode, root } from './prepare.mjs'
import { runSteps } from './run-steps.mjs'

try {
  await ensureInstalled()
  const node = findNode()
  /** @param {string} name @param {string} script @param {string[]} args */
  const step = (name, script, ...args) => ({ name, command: node, args: [join(root, 'node_modules', script), ...args] })
  const vueApps = ['dashboard', 'events'].filter((app) => existsSync(join(root, 'apps', app, 'tsconfig.json')))
  const isGood = await runSteps([
    step('lint', 'eslint/bin/eslint.js', '.', '--max-warnings', '0'),
    step('types', 'typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'),
    ...vueApps.map((app) =>
      step(`types of ${app}`, 'vue-tsc/bin/vue-tsc.js', '--noEmit', '-p', `apps/${app}/tsconfig.json`),
    ),
    step(
      'imports',
      'dependency-cruiser/bin/dependency-cruiser.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      'packages',
      'apps',
      'e2e',
      'bench',
    ),
    step('formatting', 'prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
    { name: 'generated files', command: node, args: ['packages/server/src/generate-openapi.ts', '--check'] },
  ])
  process.exitCode = isGood ? 0 : 1
} catch (error) {
  if (!(error instanceof Problem)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
