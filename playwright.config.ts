import { defineConfig } from '@playwright/test'

const asRoot = process.getuid?.() === 0

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  // Each worker starts an application of its own; on two cores more of them only wait for each other.
  workers: 2,
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  timeout: 150_000, // looking at every page with axe takes a busy machine a minute
  // Of a machine that others use too; it costs nothing where all is well.
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: {
    actionTimeout: 30_000,
    locale: 'en-GB',
    // Else axe measures a colour that is on its way to another.
    contextOptions: { reducedMotion: 'reduce' },
    timezoneId: 'Europe/London',
    // Without a film of it, which takes a core to make.
    trace: { mode: 'retain-on-failure', screenshots: false },
    launchOptions: {
      ...(process.env.CHROMIUM_PATH && { executablePath: process.env.CHROMIUM_PATH }),
      args: ['--disable-gpu', '--disable-quic', ...(asRoot ? ['--no-sandbox'] : [])],
    },
  },
})
