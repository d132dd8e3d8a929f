// The stories of the admin pages: Debian's Chromium, and a broker of each story's own. See e2e/support/story.ts.
//   npm run stories -- texts          one file
//   npm run stories -- -g 'keyboard'  by name
import { accessSync, constants } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { defineConfig } from '@playwright/test'

/** Nothing is downloaded: the browser is the one that the machine has. */
function browser(): string {
  const given = process.env['PARTYLINE_CHROMIUM']
  if (given !== undefined) return given
  const named = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => [join(folder, 'chromium'), join(folder, 'chromium-browser')])
  for (const path of [...named, '/usr/bin/chromium']) {
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      continue
    }
  }
  throw new Error('Chromium is missing: run tests/install-peers.sh, or name it by PARTYLINE_CHROMIUM')
}

export default defineConfig({
  fullyParallel: true,
  // Each has a browser and a broker beside it.
  workers: 2,
  // A story that holds only sometimes does not hold.
  retries: 0,
  forbidOnly: true,
  // Long enough for a machine that builds something else at the same time; whoever waits, waits for what is seen.
  timeout: 300_000,
  expect: { timeout: 60_000 },
  reporter: [['list']],
  outputDir: resolve(import.meta.dirname, '..', process.env['CARGO_TARGET_DIR'] ?? 'target', 'stories'),
  use: {
    actionTimeout: 60_000,
    navigationTimeout: 60_000,
    launchOptions: {
      executablePath: browser(),
      args: ['--disable-quic', '--disable-background-networking', '--disable-component-update'],
    },
    locale: 'en-US',
    viewport: { width: 1280, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
  projects: [
    // First what takes longest, so that both workers end together.
    { name: 'screens', testDir: 'e2e/screens' },
    { name: 'stories', testDir: 'e2e/stories' },
  ],
})
