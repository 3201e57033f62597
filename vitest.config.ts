import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // PostgreSQL, argon2 and the browser's sibling processes want the cores too.
    maxWorkers: 2,
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
        },
      },
      {
        plugins: [vue()],
        test: {
          name: 'browser code',
          include: ['apps/dashboard/src/**/*.test.ts', 'apps/events/src/client/**/*.test.ts'],
          environment: 'happy-dom',
        },
      },
    ],
  },
})
