import { request } from 'node:https'
import { permissions, User, UserPage, userSortFields } from '@rollcall/contracts/admin-api'
import { openDatabase, sql } from '@rollcall/database'
import { createTenantClient } from '@rollcall/tenant-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStandalone, type TestStandalone } from './testing/start-standalone.ts'

/** The main job through every floor: Rollcall's API, its directory, the SDK, the local tenant, PostgreSQL. */
let standalone: TestStandalone
let manager: string
beforeAll(async () => {
  standalone = await startStandalone({ demoUsers: 120 })
  const { audience, m2m } = standalone.tenant.credentials
  manager = await standalone.token({ audience, ...m2m })
  await standalone.directoryFilled(manager)
})
afterAll(() => standalone.close())

const listUsers = async (query = '') => {
  const response = await standalone.ask(`/api/users${query}`, manager)
  expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringContaining('json')])
  return UserPage.parse(await response.json())
}
const getUser = (userId: string) => standalone.ask(`/api/users/${encodeURIComponent(userId)}`, manager)
const search = async (text: string) => (await listUsers(`?limit=100&filter=${encodeURIComponent(text)}`)).users
const idsOf = async (text: string) => (await search(text)).map(({ userId }) => userId)

/** The Management API itself, past Rollcall. */
const manage = async (method: string, path: string, body?: unknown) => {
  const { tenant } = standalone
  const token = await standalone.token({ audience: `${tenant.url}/api/v2/`, ...tenant.credentials.m2m })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) }
  return fetch(`${tenant.url}/api/v2${path}`, init)
}
/** Somebody new, past Rollcall, once the directory knows of them. */
const signUp = async (profile: Record<string, unknown>) => {
  const connection = 'Username-Password-Authentication'
  const response = await manage('POST', '/users', { connection, password: 'Correct-Horse-9-Battery', ...profile })
  expect(response.status).toBe(201)
  const { user_id: userId } = (await response.json()) as { user_id: string }
  await expect.poll(() => idsOf(`user_id:"${userId}"`), { timeout: 10_000 }).toEqual([userId])
  return userId
}
const everybody = async (query: string) => {
  const users: UserPage['users'] = []
  for (let after: string | null = ''; after !== null;) {
    const page: UserPage = await listUsers(`?limit=50&${query}${after && `&after=${after}`}`)
    users.push(...page.users)
    after = page.next
  }
  return users
}

test('the list has everybody once, page by page, newest first', async () => {
  const first = await listUsers('?limit=50')
  expect(first.count).toEqual({ users: expect.any(Number), isExact: true })
  expect(first).toMatchObject({ reachable: null, freshness: { source: 'directory' } })
  const users = await everybody('')
  expect(new Set(users.map(({ userId }) => userId)).size).toBe(users.length)
  expect(users.length).toBe(first.count?.users)
  const created = users.map(({ createdAt }) => createdAt)
  expect(created).toEqual([...created].sort().reverse())
})

test.each(userSortFields)('sorting by %s leaves out nobody, either way', async (field) => {
  const all = (await listUsers()).count?.users
  const [up, down] = await Promise.all([everybody(`sort=${field}`), everybody(`sort=-${field}`)])
  expect([new Set(up.map(({ userId }) => userId)).size, new Set(down.map(({ userId }) => userId)).size]).toEqual([
    all,
    all,
  ])
})

test('whoever has nothing in the sorted column comes last, either way', async () => {
  for (const sort of ['last_login', '-last_login']) {
    const seen = (await everybody(`sort=${sort}`)).map(({ lastLoginAt }) => lastLoginAt)
    const moments = seen.filter((moment) => moment !== null)
    expect(seen.slice(moments.length).every((moment) => moment === null)).toBe(true)
    expect(moments).toEqual(sort === 'last_login' ? [...moments].sort() : [...moments].sort().reverse())
  }
})

test('searching finds by a part of the name or the e-mail, in any case and without accents, and by the id', async () => {
  const userId = await signUp({ email: 'Zinaida.Quux@Example.com', name: 'Zinaïda Petrovna Quux' })
  for (const text of [
    'zinaida',
    'ZINAÏDA',
    'DA.QUUX',
    'petrovna quu',
    'zi',
    userId,
    userId.slice(3, 20),
    'zinaida.quux@example.com',
  ]) {
    expect(await idsOf(text), text).toContain(userId)
  }
  expect(await search('zinaida nobody')).toEqual([])
})

test('whatever somebody types is looked for, and is no instruction', async () => {
  const userId = await signUp({ email: 'odd@example.com', name: `O"Hara (50%_off) *star* \\ OR a:b [x TO y]` })
  for (const text of ['"(50%_off)"', '"*star*"', String.raw`"\\ OR"`, '"a:b"', '"[x TO y]"', '%_o']) {
    expect(await idsOf(text), text).toEqual([userId])
  }
  for (const text of [
    '*',
    '%',
    '_',
    '"',
    '(',
    '~',
    '^2',
    '!',
    '+-',
    '/.*/',
    '<',
    'ﷺ',
    '👩‍🚀',
    "' OR 1=1 --",
    'a AND',
    'NOT',
  ]) {
    const response = await standalone.ask(`/api/users?filter=${encodeURIComponent(text)}`, manager)
    expect([text, response.status === 200 || response.status === 400]).toEqual([text, true])
  }
})

test('a filter that cannot be read is refused with what is wrong and where', async () => {
  const response = await standalone.ask('/api/users?filter=colour%3Ared', manager)
  expect([response.status, await response.json()]).toMatchObject([
    400,
    { code: 'filter-invalid', errors: [{ path: 'query.filter' }] },
  ])
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
  const before = (await listUsers()).count?.users ?? 0
  const path = `/api/users/${encodeURIComponent(userId)}`
  expect((await standalone.ask(path, manager, 'DELETE')).status).toBe(204)
  expect((await listUsers()).count?.users).toBe(before - 1)
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

test('a deletion that the directory cannot take down is done all the same, and leaves the list when it can', async () => {
  const userId = await signUp({ email: 'unwritten@example.com' })
  const database = openDatabase<never>({ url: standalone.databaseUrl, schema: 'rollcall', poolSize: 1 })
  await sql`ALTER TABLE departed_users RENAME TO not_there`.execute(database.db)
  const answer = await standalone.ask(`/api/users/${encodeURIComponent(userId)}`, manager, 'DELETE')
  expect(answer.status).toBe(204)
  expect(await idsOf('unwritten@example.com')).toEqual([userId])
  await sql`ALTER TABLE not_there RENAME TO departed_users`.execute(database.db)
  await expect.poll(() => idsOf('unwritten@example.com'), { timeout: 10_000 }).toEqual([])
  await database.close()
})

test('a program learns what it may do', async () => {
  const me = await standalone.ask('/api/me', manager)
  expect(await me.json()).toMatchObject({
    userId: `${standalone.tenant.credentials.m2m.clientId}@clients`,
    kind: 'program',
    permissions: permissions.filter((name) => name !== 'read:idp-tokens'), // which nobody has by having all
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
