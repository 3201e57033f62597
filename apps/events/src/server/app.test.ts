import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDataFolder } from '@rollcall/data-folder'
import { createLogger } from '@rollcall/http-kit'
import { listenLocally } from '@rollcall/program'
import { createRollcall } from '@rollcall/server'
import { migrateTenant, startLocalTenant, type LocalTenant } from '@rollcall/tenant'
import { createTenantClient } from '@rollcall/tenant-client'
import { testDatabase } from '@rollcall/test-kit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEventsSite } from './app.ts'
import type { EventSummary } from './events.ts'

/** The site, with Rollcall mounted in it, over the real local tenant. */
let url: string
let tenant: LocalTenant
let managerToken: string
let visitorToken: string
const today = new Date('2031-03-05T10:15:00Z')
const closers: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-events-'))
  closers.push(() => rm(folder, { recursive: true }))
  const clientFolder = await writeBuild(join(folder, 'site'), 'the site')
  const dashboardFolder = await writeBuild(join(folder, 'dashboard'), 'the dashboard')

  const logger = createLogger({ level: 'silent' })
  const dataFolder = await openDataFolder(join(folder, 'data'))
  closers.push(() => dataFolder.release())
  tenant = await startLocalTenant({
    dataFolder,
    port: 0,
    databaseUrl: await testDatabase({ name: 'tenant', prepare: migrateTenant }),
    applicationUrls: ['http://localhost:8000/', 'http://localhost:8000/dashboard/'],
    demoUsers: 20,
    logger,
    onProgress: () => undefined,
  })
  closers.push(() => tenant.close())
  const { audience, m2m, spa } = tenant.credentials
  const client = createTenantClient({ domain: tenant.url, ...m2m })
  closers.push(() => client.close())

  const auth = { domain: tenant.url, audience, spaClientId: spa.clientId }
  const server = await listenLocally(0)
  closers.push(() => server.close())
  const rollcall = createRollcall({ auth, tenant: client, logger, dashboardFolder })
  closers.push(() => rollcall.close())
  server.serve(createEventsSite({ auth, tenantOrigin: client.origin, rollcall, clientFolder, now: () => today }))
  url = `http://localhost:${server.port}`

  managerToken = await tokenOf(m2m)
  visitorToken = await tokenOf(await createVisitor())
})
afterAll(async () => {
  for (const close of closers.reverse()) await close()
})

/** What a build leaves behind, as far as serving it goes. */
async function writeBuild(folder: string, title: string): Promise<string> {
  await mkdir(join(folder, 'assets'), { recursive: true })
  const script = '<script type="module" src="./assets/main-1a2b.js"></script>'
  await writeFile(join(folder, 'index.html'), `<!doctype html><head><title>${title}</title>${script}</head>`)
  await writeFile(join(folder, 'assets/main-1a2b.js'), `/* ${title} */`)
  return folder
}

async function tokenOf(client: { clientId: string; clientSecret: string }, audience = tenant.credentials.audience) {
  const body = { grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.clientSecret }
  const response = await send(`${tenant.url}/oauth/token`, 'POST', { ...body, audience })
  return ((await response.json()) as { access_token: string }).access_token
}

/** Somebody with a token for the site's API and no permission in it. */
async function createVisitor(): Promise<{ clientId: string; clientSecret: string }> {
  const management = `${tenant.url}/api/v2/`
  const token = await tokenOf(tenant.credentials.m2m, management)
  const made = await send(
    `${management}clients`,
    'POST',
    { name: 'A visitor', app_type: 'non_interactive', grant_types: ['client_credentials'] },
    token,
  )
  const { client_id: clientId, client_secret: clientSecret } = (await made.json()) as Record<string, string>
  const grant = { client_id: clientId, audience: tenant.credentials.audience, scope: [] }
  const granted = await send(`${management}client-grants`, 'POST', grant, token)
  expect([made.status, granted.status]).toEqual([201, 201])
  return { clientId: clientId ?? '', clientSecret: clientSecret ?? '' }
}

function send(address: string, method: string, body: unknown, token?: string): Promise<Response> {
  const headers = new Headers({ 'content-type': 'application/json' })
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  return fetch(address, { method, headers, body: JSON.stringify(body) })
}

const ask = (path: string, token?: string) =>
  fetch(url + path, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })

test('everybody sees the programme: all of it yet to come, soonest first, without addresses', async () => {
  const response = await ask('/events')
  const events = (await response.json()) as EventSummary[]
  expect([response.status, events.length]).toEqual([200, 12])
  const moments = events.map(({ startsAt }) => Date.parse(startsAt))
  expect(moments.every((moment) => moment > today.getTime())).toBe(true)
  expect(moments).toEqual([...moments].sort((a, b) => a - b))
  expect(JSON.stringify(events)).not.toContain('address')
})

test('an event is for people who are signed in, whatever they may do', async () => {
  const refused = await ask('/events/dawn-birds')
  expect([refused.status, refused.headers.get('content-type'), refused.headers.get('www-authenticate')]).toEqual([
    401,
    expect.stringContaining('application/problem+json'),
    expect.stringContaining('Bearer'),
  ])
  for (const token of [visitorToken, managerToken]) {
    const shown = await ask('/events/dawn-birds', token)
    expect([shown.status, await shown.json()]).toMatchObject([
      200,
      { id: 'dawn-birds', address: expect.stringContaining('Marsh Road') },
    ])
  }
})

test('a token of another API, and one that is no token, open no event', async () => {
  const foreign = await tokenOf(tenant.credentials.m2m, `${tenant.url}/api/v2/`)
  for (const token of [foreign, 'abc', `${visitorToken.slice(0, -4)}AAAA`]) {
    expect((await ask('/events/dawn-birds', token)).status).toBe(401)
  }
})

test('an unknown event is not found, and an address that is no text is the caller’s fault', async () => {
  const unknown = await ask('/events/nothing-of-the-kind', visitorToken)
  expect([unknown.status, await unknown.json()]).toMatchObject([404, { status: 404, title: 'Not Found' }])
  expect((await ask('/events/%E0%A4%A', visitorToken)).status).toBe(400)
})

test('the site tells who may manage people', async () => {
  expect(await (await ask('/me', managerToken)).json()).toEqual({ mayManagePeople: true })
  expect(await (await ask('/me', visitorToken)).json()).toEqual({ mayManagePeople: false })
  expect((await ask('/me')).status).toBe(401)
})

test('the dashboard’s API is for those who may manage people', async () => {
  const statusFor = async (token?: string) => (await ask('/dashboard/api/users', token)).status
  expect([await statusFor(), await statusFor(visitorToken), await statusFor(managerToken)]).toEqual([401, 403, 200])
})

test.each([
  ['/', 'the site', '/assets/main-1a2b.js'],
  ['/event/dawn-birds', 'the site', '/assets/main-1a2b.js'],
  ['/dashboard', 'the dashboard', '/dashboard/assets/main-1a2b.js'],
  ['/dashboard/', 'the dashboard', '/dashboard/assets/main-1a2b.js'],
  ['/dashboard/users/auth0%7C1', 'the dashboard', '/dashboard/assets/main-1a2b.js'],
])('%s is a page of %s, its files are there, and nothing inline may run', async (path, whose, file) => {
  const page = await ask(path)
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(`<title>${whose}</title>`)])
  const policy = page.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self';")
  expect(policy).not.toContain('unsafe')
  expect(await (await ask(file)).text()).toContain(whose)
})

test('a file that is gone is not found, and is not the page instead', async () => {
  expect((await ask('/assets/gone.js')).status).toBe(404)
  expect((await ask('/dashboard/assets/gone.js')).status).toBe(404)
})
