import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect } from '@playwright/test'
import type { BrowserContext, Locator, Page } from '@playwright/test'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export interface Application {
  dashboardUrl: string
  tenantUrl: string
  credentials: {
    audience: string
    staff: { email: string; password: string }
    m2m: { clientId: string; clientSecret: string }
    spa: { clientId: string }
  }
  /** Calls the tenant's Management API with every scope. Whom it makes, Rollcall's directory has heard of when it answers. */
  management: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown }>
}

/** What a person starts, started the same way: `npm start` or `npm run events`, on free ports and a folder of its own. */
async function startApplication(
  what: 'standalone' | 'events',
): Promise<{ app: Application; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-e2e-'))
  const root = new URL('..', import.meta.url).pathname
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs'), what], {
    cwd: root,
    env: {
      ...process.env,
      PORT: '0',
      TENANT_PORT: '0',
      ROLLCALL_DATA: folder,
      LOG_LEVEL: 'error',
      APPROVAL_ABOVE: 'user.contain:1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const isReady = new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      output += String(chunk)
      if (/^Ready/m.test(output)) resolve()
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.once('exit', (code) => reject(new Error(`It ended with ${code} before it was ready:\n${output}`)))
  })
  await isReady
  const read = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8'))
  const run = await read('run.json')
  const credentials = await read('credentials.json')
  const management = heardOf(run.dashboardUrl, run.tenantUrl, credentials)
  return {
    app: { dashboardUrl: run.dashboardUrl, tenantUrl: run.tenantUrl, credentials, management },
    stop: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A list that is opened before the directory has heard of somebody shows them when it is asked to, and not by itself. */
function heardOf(
  dashboardUrl: string,
  tenantUrl: string,
  { audience, m2m }: Application['credentials'],
): Application['management'] {
  const management = managementOf(tenantUrl, m2m)
  const token = tokenOf(tenantUrl, m2m, audience)
  return async (method, path, body) => {
    const answer = await management(method, path, body)
    if (method !== 'POST' || path !== 'users' || answer.status !== 201) return answer
    const filter = encodeURIComponent(`user_id:"${(answer.body as { user_id: string }).user_id}"`)
    await expect
      .poll(async () => {
        const headers = { authorization: `Bearer ${await token()}` }
        const found = (await (await fetch(`${dashboardUrl}/api/users?filter=${filter}`, { headers })).json()) as { users?: unknown[] } // prettier-ignore
        return found.users?.length
      })
      .toBe(1)
    return answer
  }
}

function managementOf(tenantUrl: string, m2m: { clientId: string; clientSecret: string }): Application['management'] {
  const audience = `${tenantUrl}/api/v2/`
  const token = tokenOf(tenantUrl, m2m, audience)
  return async (method, path, body) => {
    const response = await fetch(`${audience}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await token()}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text ? JSON.parse(text) : undefined }
  }
}

/** Asked for once. */
function tokenOf(
  tenantUrl: string,
  m2m: { clientId: string; clientSecret: string },
  audience: string,
): () => Promise<string> {
  let token: Promise<string> | undefined
  const getToken = async () => {
    const response = await fetch(`${tenantUrl}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'client_credentials',
        client_id: m2m.clientId,
        client_secret: m2m.clientSecret,
        audience,
      }),
    })
    return ((await response.json()) as { access_token: string }).access_token
  }
  return () => (token ??= getToken())
}

/** New users get Gravatar's picture, as Auth0 gives them; the internet is not part of the test. */
export async function withoutPictures(context: BrowserContext): Promise<void> {
  await context.route('https://s.gravatar.com/**', (route) =>
    route.fulfill({ contentType: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg"/>' }),
  )
}

/** Errors a page reported, whatever the test looked at; a test that expects one takes it out. */
export interface Complaints {
  list: string[]
}

export const test = base.extend<{ complaints: Complaints }, { app: Application; events: Application }>({
  app: [
    async ({}, use) => {
      const { app, stop } = await startApplication('standalone')
      await use(app)
      await stop()
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  events: [
    async ({}, use) => {
      const { app, stop } = await startApplication('events')
      await use(app)
      await stop()
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  complaints: [
    async ({ page, context }, use) => {
      await withoutPictures(context)
      const complaints: Complaints = { list: [] }
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.list.push(message.text())
      })
      page.on('pageerror', (error) => complaints.list.push(String(error)))
      await use(complaints)
      expect(complaints.list, 'the page complained').toEqual([])
    },
    { auto: true },
  ],
})

export { expect }

/** Signs in on the tenant's page; ends on the dashboard. */
export async function signIn(page: Page, app: Application, path = ''): Promise<void> {
  await page.goto(`${app.dashboardUrl}/${path}`)
  await fillSignIn(page, app.credentials.staff)
}

export async function fillSignIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.getByLabel(/e-?mail/i).fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: /^(continue|sign in|log in)$/i }).click()
}

interface AxeResult {
  violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[]
}

/** Holds the page against WCAG 2.2 AA as far as a machine can. Injected by evaluation: the page's policy allows no foreign script. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axeSource)
  const { violations } = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: () => Promise<AxeResult> } } // the script above put it there
    return axe.run()
  })
  const said = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((node) => node.html).join('\n  ')}`,
  )
  expect(said, 'axe-core').toEqual([])
}

export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow, 'the page scrolls sideways').toBeLessThanOrEqual(0)
}

/** As it stands there, on a large screen and a phone, in the light and in the dark: accessible, and within the screen. */
export async function expectGoodLooks(
  page: Page,
  { shown, pathOf }: { shown: Locator; pathOf: (look: string) => string },
): Promise<void> {
  const before = page.viewportSize()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 390, height: 844 },
    ]) {
      await page.setViewportSize(viewport)
      await shown.scrollIntoViewIfNeeded()
      await page.screenshot({ path: pathOf(`${viewport.width}-${colorScheme}`) })
      await expectAccessible(page)
      await expectNoSidewaysScroll(page)
    }
  }
  await page.emulateMedia({ colorScheme: null })
  if (before) await page.setViewportSize(before)
}
