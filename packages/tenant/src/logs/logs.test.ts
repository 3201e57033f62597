import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listRoutes } from '../testing/fuzz/list-routes.ts'
import { makeClient, makeUser } from '../testing/make.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'
import { operations } from './operations.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await startTestTenant()
})
afterAll(() => tenant.close())

interface Entry {
  log_id: string
  type: string
  description: string
  details: {
    request: { body: Record<string, unknown> }
    response: { statusCode: number; body: Record<string, unknown> }
  }
}
const list = async (query: string) => (await tenant.api('GET', `/logs?${query}`)).body as Entry[]

/** What the administration of users stands on; settings of the tenant are named by their path. */
const nouns = ['users', 'user-blocks', 'sessions', 'refresh-tokens', 'roles', 'organizations', 'clients', 'client-grants', 'resource-servers', 'connections', 'jobs', 'tickets', 'device-credentials', 'grants', 'tenants', 'keys'] // prettier-ignore

test('every write about users and their applications has Auth0’s name in the log, and no name lacks its route', () => {
  const routes = listRoutes(tenant.tenant.router)
    .filter(({ method, path }) => path.startsWith('/api/v2/') && method !== 'GET')
    .map(({ method, path }) => `${method} ${path.replace('/api/v2', '')}`)
  const own = routes.filter((route) => nouns.includes(route.split('/')[1] ?? ''))
  expect(own.filter((route) => !Object.hasOwn(operations, route))).toEqual([])
  expect(Object.keys(operations).filter((name) => !name.startsWith('GET ') && !routes.includes(name))).toEqual([])
})

test('a setting of the tenant is named by its path', async () => {
  await tenant.api('PUT', '/guardian/policies', [])
  expect((await list('per_page=1'))[0]?.description).toBe('Set guardian policies')
})

test('a write that was done and one that was refused are told apart, with who asked and what was answered', async () => {
  const user = await makeUser(tenant)
  await tenant.api('PATCH', `/users/${encodeURIComponent(user.userId)}`, { nickname: 'ada' })
  await tenant.api('PATCH', `/users/${encodeURIComponent(user.userId)}`, { nonsense: 1 })
  const [refused, done] = await list('per_page=2')
  expect(done).toMatchObject({
    type: 'sapi',
    description: 'Update a User',
    client_id: tenant.m2m.clientId,
    ip: '127.0.0.1',
    details: {
      request: { method: 'patch', body: { nickname: 'ada' }, auth: { strategy: 'jwt' } },
      response: { statusCode: 200, body: { nickname: 'ada' } },
    },
  })
  expect(refused).toMatchObject({ type: 'fapi', details: { response: { statusCode: 400 } } })
})

test('no secret is in the log: neither what was sent nor what was answered', async () => {
  const password = `secret-${randomUUID()}`
  const email = `${randomUUID()}@example.com`
  await tenant.api('POST', '/users', { connection: 'Username-Password-Authentication', email, password })
  const client = await makeClient(tenant)
  const { body: rotated } = await tenant.api('POST', `/clients/${client.clientId}/rotate-secret`)
  const user = await makeUser(tenant)
  const { body: ticket } = await tenant.api('POST', '/tickets/password-change', { user_id: user.userId })
  const { body: code } = await tenant.api('POST', `/users/${encodeURIComponent(user.userId)}/recovery-code-regeneration`) // prettier-ignore
  await tenant.api('PATCH', '/emails/provider', { name: 'smtp', credentials: { smtp_host: 'h', smtp_port: 25, smtp_user: 'u', smtp_pass: password } }) // prettier-ignore
  await tenant.tenant.context.logs.flush()
  const rows = await tenant.tenant.context.db.selectFrom('logs').select('body').execute()
  const text = JSON.stringify(rows)
  expect(text).toContain(email)
  const secrets = [
    password,
    client.clientSecret,
    (rotated as { client_secret: string }).client_secret,
    (ticket as { ticket: string }).ticket,
    (code as { recovery_code: string }).recovery_code,
    await tenant.managementToken(),
  ]
  for (const secret of secrets) expect(text).not.toContain(secret)
})

test('reading on from the last entry seen misses none and repeats none, whatever is written meanwhile', async () => {
  const seen: string[] = []
  let next: string | undefined = '/logs?take=3'
  const start = (await list('per_page=100')).map((entry) => entry.log_id)
  for (let page = 0; page < 100 && next !== undefined; page += 1) {
    const answer: { body: unknown; headers: Headers } = await tenant.api('GET', next)
    const entries = answer.body as Entry[]
    seen.push(...entries.map((entry) => entry.log_id))
    const link = answer.headers.get('link') ?? ''
    expect(link).toMatch(/^<http:\/\/localhost:\d+\/api\/v2\/logs\?from=\d{56}&take=3>; rel="next"$/)
    if (page < 4) await makeUser(tenant) // something goes on
    next = entries.length === 0 ? undefined : link.slice(1, link.indexOf('>')).replace(/^.*\/api\/v2/, '')
  }
  expect(new Set(seen).size).toBe(seen.length)
  expect([...seen].sort()).toEqual(seen)
  expect(seen).toEqual(expect.arrayContaining(start))
})

test('entries are found by page, by field, by time, and one by its id', async () => {
  const user = await makeUser(tenant)
  await tenant.api('DELETE', `/users/${encodeURIComponent(user.userId)}`)
  const [newest] = await list(`per_page=1&q=${encodeURIComponent('type:sapi AND description:"Delete a User"')}`)
  expect(newest?.description).toBe('Delete a User')
  expect((await tenant.api('GET', `/logs/${newest?.log_id ?? ''}`)).body).toEqual(newest)
  expect(await list(`q=${encodeURIComponent('date:[2020-01-01 TO 2020-12-31]')}`)).toEqual([])
  const { body } = await tenant.api('GET', '/logs?per_page=2&include_totals=true&fields=type')
  expect(body).toMatchObject({ start: 0, limit: 2, length: 2, logs: [{ type: 'sapi' }, { type: 'sdu' }] })
  expect((await tenant.api('GET', `/logs?q=${encodeURIComponent('type:(')}`)).status).toBe(400)
  expect((await tenant.api('GET', '/logs/900')).status).toBe(404)
})

test('the log is for those who may read it', async () => {
  const token = await tenant.managementToken('read:users')
  for (const path of ['/logs', '/logs/1', '/logs?take=5', '/users/x/logs'])
    expect((await tenant.api('GET', path, undefined, token)).status).toBe(403)
  const reader = await tenant.managementToken('read:logs_users')
  expect((await tenant.api('GET', '/logs', undefined, reader)).status).toBe(200)
})
