import { request } from 'node:https'
import { User, UserPage } from '@rollcall/contracts/admin-api'
import { createTenantClient } from '@rollcall/tenant-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStandalone, type TestStandalone } from './testing/start-standalone.ts'

/** The main job through every floor: Rollcall's API, the SDK, the local tenant, PostgreSQL. */
let standalone: TestStandalone
let manager: string
beforeAll(async () => {
  standalone = await startStandalone({ demoUsers: 120 })
  const { audience, m2m } = standalone.tenant.credentials
  manager = await standalone.token({ audience, ...m2m })
})
afterAll(() => standalone.close())

const listUsers = async (query = '') => {
  const response = await standalone.ask(`/api/users${query}`, manager)
  expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringContaining('json')])
  return UserPage.parse(await response.json())
}
const getUser = (userId: string) => standalone.ask(`/api/users/${encodeURIComponent(userId)}`, manager)
const search = async (text: string) => (await listUsers(`?perPage=100&search=${encodeURIComponent(text)}`)).users

/** The Management API itself, past Rollcall. */
const manage = async (method: string, path: string, body?: unknown) => {
  const { tenant } = standalone
  const token = await standalone.token({ audience: `${tenant.url}/api/v2/`, ...tenant.credentials.m2m })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) }
  return fetch(`${tenant.url}/api/v2${path}`, init)
}
const signUp = async (profile: Record<string, unknown>) => {
  const connection = 'Username-Password-Authentication'
  const response = await manage('POST', '/users', { connection, password: 'Correct-Horse-9-Battery', ...profile })
  expect(response.status).toBe(201)
  return ((await response.json()) as { user_id: string }).user_id
}

test('the list has everybody once, page by page, newest first', async () => {
  const first = await listUsers('?perPage=50')
  expect(first.total).toBeGreaterThan(120)
  expect(first.reachable).toBe(first.total)
  const pages = await Promise.all([0, 1, 2].map((page) => listUsers(`?perPage=50&page=${page}`)))
  const users = pages.flatMap((page) => page.users)
  expect(new Set(users.map(({ userId }) => userId)).size).toBe(first.total)
  const created = users.map(({ createdAt }) => createdAt)
  expect(created).toEqual([...created].sort().reverse())
})

test.each([
  ['loginCount', ({ loginCount }: { loginCount: number }) => loginCount],
  ['createdAt', ({ createdAt }: { createdAt: string }) => Date.parse(createdAt)],
] as const)('the list is sorted by %s, both ways', async (field, valueOf) => {
  const up = (await listUsers(`?perPage=100&sort=${field}`)).users.map(valueOf)
  expect(up).toEqual([...up].sort((a, b) => a - b))
  const down = (await listUsers(`?perPage=100&sort=-${field}`)).users.map(valueOf)
  expect(down).toEqual([...down].sort((a, b) => b - a))
})

test.each(['name', 'email', 'lastLoginAt'])('sorting by %s answers', async (field) => {
  expect((await listUsers(`?sort=-${field}`)).users).toHaveLength(50)
})

test('searching finds by a part of the name or the e-mail, in any case, and by the whole id', async () => {
  const userId = await signUp({ email: 'Zinaida.Quux@Example.com', name: 'Zinaida Petrovna Quux' })
  for (const text of ['zinaida', 'DA.QUUX', 'Petrovna Quu', 'zi', userId, 'zinaida.quux@example.com']) {
    expect(
      (await search(text)).map((user) => user.userId),
      text,
    ).toContain(userId)
  }
  expect(await search('zinaida nobody')).toEqual([])
})

test('whatever somebody types is looked for, and is no instruction', async () => {
  const userId = await signUp({ email: 'odd@example.com', name: 'O"Hara (50%_off) *star* \\ OR a:b [x TO y]' })
  for (const text of ['O"Hara', '(50%_off)', '*star*', '\\ OR', 'a:b', '[x TO y]', '%_o']) {
    expect(
      (await search(text)).map((user) => user.userId),
      text,
    ).toEqual([userId])
  }
  for (const text of [
    '*',
    '%',
    '_',
    '\\',
    '"',
    '(',
    'a) OR (user_id:*',
    '~',
    '^2',
    '&&',
    '!',
    '+-',
    '/.*/',
    '<',
    '{}',
    'ﷺ',
    '👩‍🚀',
  ]) {
    const response = await standalone.ask(`/api/users?search=${encodeURIComponent(text)}`, manager)
    expect([text, response.status]).toEqual([text, 200])
  }
})

test('a user is answered whole, without a password', async () => {
  const userId = await signUp({ email: 'whole@example.com', user_metadata: { plan: 'pro' }, app_metadata: { crm: 7 } })
  const response = await getUser(userId)
  const body = await response.text()
  expect(response.status).toBe(200)
  expect(body).not.toMatch(/password_?hash|argon2|Correct-Horse/i)
  expect(User.parse(JSON.parse(body))).toMatchObject({
    userId,
    email: 'whole@example.com',
    connection: 'Username-Password-Authentication',
    userMetadata: { plan: 'pro' },
    appMetadata: { crm: 7 },
    loginCount: 0,
    lastLoginAt: null,
  })
})

test('a deleted user is gone: from Rollcall, from its list, and from the tenant', async () => {
  const userId = await signUp({ email: 'gone@example.com' })
  const { total } = await listUsers()
  const path = `/api/users/${encodeURIComponent(userId)}`
  expect((await standalone.ask(path, manager, 'DELETE')).status).toBe(204)
  expect((await listUsers()).total).toBe(total - 1)
  expect(await search('gone@example.com')).toEqual([])
  expect((await manage('GET', `/users/${encodeURIComponent(userId)}`)).status).toBe(404)
  for (const method of ['GET', 'DELETE']) {
    const again = await standalone.ask(path, manager, method)
    expect([again.status, await again.json()]).toMatchObject([404, { code: 'user-not-found' }])
  }
})

test('of two who delete a user at once, neither meets a fault of ours', async () => {
  const path = `/api/users/${encodeURIComponent(await signUp({ email: 'twice@example.com' }))}`
  const both = await Promise.all([1, 2].map(() => standalone.ask(path, manager, 'DELETE')))
  const statuses = both.map(({ status }) => status)
  expect(statuses).toContain(204)
  expect(statuses.every((status) => status === 204 || status === 404)).toBe(true)
})

test('a program learns what it may do', async () => {
  const me = await standalone.ask('/api/me', manager)
  expect(await me.json()).toMatchObject({
    userId: `${standalone.tenant.credentials.m2m.clientId}@clients`,
    kind: 'program',
    permissions: ['manage:users', 'read:users', 'delete:users'],
  })
})

test('a token for the Management API is no token for Rollcall', async () => {
  const { url, credentials } = standalone.tenant
  const token = await standalone.token({ audience: `${url}/api/v2/`, ...credentials.m2m })
  expect((await standalone.ask('/api/users', token)).status).toBe(401)
})

test('a token had over https is as good as one had over http', async () => {
  const { credentials, issuers, ca } = standalone.tenant
  const secureOrigin = issuers.find((issuer) => issuer.startsWith('https:')) ?? ''
  const { audience, m2m } = credentials
  const form = { grant_type: 'client_credentials', client_id: m2m.clientId, client_secret: m2m.clientSecret, audience }
  const answer = await new Promise<string>((resolve, reject) => {
    const asked = request(`${secureOrigin}oauth/token`, { method: 'POST', ca: ca.pem }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve(text))
    })
    asked.on('error', reject)
    asked.setHeader('content-type', 'application/x-www-form-urlencoded')
    asked.end(new URLSearchParams(form).toString())
  })
  const { access_token: token } = JSON.parse(answer) as { access_token: string }
  expect((await standalone.ask('/api/users', token)).status).toBe(200)
})

test('the tenant is administered over https too, once its authority is trusted', async () => {
  const { issuers, ca, credentials } = standalone.tenant
  const domain = issuers.find((issuer) => issuer.startsWith('https:'))?.slice(0, -1) ?? ''
  const secure = createTenantClient({ domain, ca: ca.pem, ...credentials.m2m })
  expect(await secure.check(credentials.audience)).toEqual([])
  const { users } = await secure.users.list({ page: 0, perPage: 1, sort: { field: 'email', direction: 'up' } })
  expect(users).toHaveLength(1)
  await secure.close()
  const wary = createTenantClient({ domain, ...credentials.m2m })
  expect(await wary.check(credentials.audience)).toMatchObject([
    { variable: 'AUTH0_DOMAIN', problem: expect.stringContaining('certificate is not trusted') },
  ])
  await wary.close()
})

test('the check of a start finds a wrong secret and a mistaken audience', async () => {
  const { url, credentials } = standalone.tenant
  const wrong = createTenantClient({ domain: url, clientId: credentials.m2m.clientId, clientSecret: 'wrong' })
  expect(await wrong.check(credentials.audience)).toMatchObject([{ variable: 'CLIENT_SECRET', isFatal: true }])
  await wrong.close()
  const right = createTenantClient({ domain: url, ...credentials.m2m })
  expect(await right.check('https://mistaken.example/')).toMatchObject([{ variable: 'AUTH0_AUDIENCE', isFatal: true }])
  await right.close()
})

test('it is ready while its tenant is', async () => {
  expect((await standalone.ask('/readyz')).status).toBe(200)
})
