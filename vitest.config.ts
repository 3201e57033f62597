import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Begun last, one of these would run alone at the end. */
const longest = /\/(start|directory-faults|start-embedded-postgres|auth0-deploy-cli|search\.property|fuzz)\.test\.ts$/

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => longest.test(moduleId)
    return [...files.filter(isLong), ...(await super.sort(files.filter((file) => !isLong(file))))]
  }
}

/** What is waited for may take its time on a machine that is busy: vitest's own second is no measure of right and wrong. */
const expect = { poll: { timeout: 10_000 } }

export default defineConfig({
  test: {
    // PostgreSQL, argon2 and the browser's sibling processes want the cores too.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      {
        test: {
          name: 'node',
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/standalone/src/**/*.test.ts',
            'apps/events/src/server/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          globalSetup: 'packages/test-kit/src/global-setup.ts',
          expect,
        },
      },
      {
        plugins: [vue()],
        test: {
          name: 'browser code',
          include: ['apps/dashboard/src/**/*.test.ts', 'apps/events/src/client/**/*.test.ts'],
          environment: 'happy-dom',
          setupFiles: 'apps/dashboard/src/testing/patience.ts',
          expect,
        },
      },
    ],
  },
})
