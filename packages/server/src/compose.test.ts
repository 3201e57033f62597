import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminApiDocument } from '@rollcall/contracts/admin-api/openapi'
import { allActions } from './actions/all-actions.ts'
import { emptyDatabase, startServer, type TestServer } from './testing/start-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ mountPath: '/dashboard', databaseUrl: await emptyDatabase() })
})
afterAll(() => server.close())

const ask = (path: string, init: RequestInit = {}) => fetch(`${server.url}${path}`, init)
const asReader = () => ({ authorization: `Bearer ${server.issuer.token({ permissions: ['read:users'] })}` })
const somewhere = (path: string) =>
  path.replace('{userId}', 'auth0%7C1').replace(/\{(view|run)Id\}/, '5f0e7a3c-6d0b-4a7e-9c52-0d3f0e8b7a11')
const problem = async (response: Response) => {
  expect(response.headers.get('content-type')).toContain('application/problem+json')
  return (await response.json()) as Record<string, unknown>
}

const guarded = Object.entries(adminApiDocument(allActions).paths ?? {}).flatMap(([path, item]) =>
  (['get', 'post', 'put', 'delete'] as const)
    .filter((method) => item[method]?.security)
    .map((method) => ({ path, method })),
)

test.each(guarded)('$method $path needs an access token', async ({ path, method }) => {
  const response = await ask(somewhere(path), { method })
  expect([response.status, (await problem(response)).code]).toEqual([401, 'token-missing'])
})

test.each(guarded.filter(({ path }) => path !== '/api/me'))(
  '$method $path needs a permission',
  async ({ path, method }) => {
    const headers = { authorization: `Bearer ${server.issuer.token({ permissions: ['edit:events'] })}` }
    const response = await ask(somewhere(path), { method, headers })
    expect([response.status, (await problem(response)).code]).toEqual([403, 'permission-missing'])
  },
)

test('reading is not taking out', async () => {
  expect((await ask('/api/users/export', { headers: asReader() })).status).toBe(403)
})

test('reading is not deleting', async () => {
  expect((await ask('/api/users/auth0%7C1', { method: 'DELETE', headers: asReader() })).status).toBe(403)
})

test('nobody deletes themself', async () => {
  const headers = { authorization: `Bearer ${server.issuer.token({ sub: 'auth0|1', permissions: ['manage:users'] })}` }
  const response = await ask('/api/users/auth0%7C1', { method: 'DELETE', headers })
  expect([response.status, (await problem(response)).code]).toEqual([409, 'cannot-delete-yourself'])
})

test('a deleted staff member’s token is worth nothing', async () => {
  const response = await ask('/api/me', { headers: asReader() })
  expect([response.status, (await problem(response)).code]).toEqual([401, 'account-gone'])
})

test('everything wrong with a query is named at once', async () => {
  const response = await ask('/api/users?after=%21&limit=1000&sort=shoe&columns=shoe&colour=red', {
    headers: asReader(),
  })
  const { errors } = (await problem(response)) as { errors: { path: string }[] }
  expect(response.status).toBe(400)
  expect(errors.map(({ path }) => path).sort()).toEqual([
    'query',
    'query.after',
    'query.columns.0',
    'query.limit',
    'query.sort',
  ])
})

test.each([
  'limit=abc',
  'limit=1.5',
  'limit=',
  'limit=0x10',
  'limit=1&limit=2',
  'limit=0',
  'filter=%00',
  `filter=${'x'.repeat(2001)}`,
  'columns=identities.0.access_token',
  'sort=roles',
  'columns=app_metadata.%00',
  'after=e30',
])('the query %s is malformed', async (query) => {
  expect((await ask(`/api/users?${query}`, { headers: asReader() })).status).toBe(400)
})

test.each(['nobody', 'auth0', '%7C1', 'auth0%7C', 'auth0%7C%00', 'auth0%7Ca%20b', '%E0%A4%A', 'x'.repeat(400)])(
  'the user id %s is malformed',
  async (id) => {
    expect((await ask(`/api/users/${id}`, { headers: asReader() })).status).toBe(400)
  },
)

const invented = [
  { sort: '-created_at', key: 'nonsense', id: 'auth0|1' },
  { sort: '-created_at', key: null, id: 'auth0|1' },
  { sort: '-created_at', key: '2025-01-01T00:00:00.000Z', id: 'auth0|\0' },
  { sort: 'name', key: 7, id: 'auth0|1' },
  { sort: 'logins_count', key: 9e12, id: 'auth0|1' },
  { sort: 'app_metadata.plan', key: '{', id: 'auth0|1' },
  { sort: 'app_metadata.plan', key: String.raw`"\u0000"`, id: 'auth0|1' },
]
test.each(invented)('a cursor that somebody made up is refused: %j', async (cursor) => {
  const after = Buffer.from(JSON.stringify(cursor)).toString('base64url')
  const response = await ask(`/api/users?sort=${cursor.sort}&after=${after}`, { headers: asReader() })
  expect([response.status, (await problem(response)).code]).toEqual([400, 'cursor-invalid'])
})

test.each([
  'refresh?userIds=auth0%7C%00',
  'refresh?userIds=,',
  'field-values?field=%00',
  'field-values?field=shoe',
  'breakdown?by=shoe',
])('users/%s is malformed', async (path) => {
  expect((await ask(`/api/users/${path}`, { headers: asReader() })).status).toBe(400)
})

test('an unknown address of the API is 404', async () => {
  const response = await ask('/api/nothing/here?secret=1')
  expect([response.status, await problem(response)]).toMatchObject([
    404,
    { code: 'no-such-address', instance: '/dashboard/api/nothing/here' },
  ])
})

test('a wrong verb is 405 and says which are right; OPTIONS says so too', async () => {
  const refused = await ask('/api/users/auth0%7C1', { method: 'POST', headers: asReader() })
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, DELETE, HEAD, OPTIONS'])
  expect((await problem(refused)).code).toBe('method-not-allowed')
  const asked = await ask('/api/users', { method: 'OPTIONS' })
  expect([asked.status, asked.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS'])
})

test('HEAD answers as GET does, without a body', async () => {
  const response = await ask('/healthz', { method: 'HEAD' })
  expect([response.status, await response.text()]).toEqual([200, ''])
})

test('no other site is let in', async () => {
  const response = await ask('/api/me', { headers: { origin: 'https://evil.example' } })
  expect(response.headers.get('access-control-allow-origin')).toBeNull()
})

test('a Host header that is no host is the caller’s fault', async () => {
  const url = new URL(`${server.url}/api/me`)
  const status = await new Promise((resolve, reject) => {
    const asked = request(url, { headers: { host: 'a b<c>', authorization: 'Bearer x' } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    asked.on('error', reject).end()
  })
  expect(status).toBe(400)
})

test('every answer carries the strict policy, and no word on HTTPS for the whole host', async () => {
  const { headers } = await ask('/healthz')
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy.split(';')).toEqual(
    expect.arrayContaining([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      `connect-src 'self' ${server.issuer.origin}`,
      `frame-src ${server.issuer.origin}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ]),
  )
  expect(policy).not.toContain('unsafe')
  expect(headers.get('strict-transport-security')).toBeNull()
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('x-powered-by')).toBeNull()
})

test('people’s data is stored nowhere on its way', async () => {
  expect((await ask('/api/me')).headers.get('cache-control')).toBe('no-store')
})

test('it is ready while the tenant answers, and alive without it', async () => {
  const dying = await startServer()
  const statusOf = async (path: string) => (await fetch(`${dying.url}${path}`)).status
  expect([await statusOf('/healthz'), await statusOf('/readyz')]).toEqual([200, 200])
  await dying.close()

  const lonely = await startServer()
  await lonely.issuer.close()
  const [health, readiness] = await Promise.all([fetch(`${lonely.url}/healthz`), fetch(`${lonely.url}/readyz`)])
  expect([health.status, readiness.status]).toEqual([200, 503])
  expect((await problem(readiness)).code).toBe('tenant-unreachable')
  await lonely.close()
})

test('the document names where it is mounted, and the page shows every operation of it', async () => {
  const document = (await (await ask('/api/openapi.json')).json()) as ReturnType<typeof adminApiDocument>
  expect([document.openapi, document.servers?.[0]?.url]).toEqual(['3.1.0', '/dashboard'])
  const page = await ask('/api/docs')
  const html = await page.text()
  expect(page.headers.get('content-type')).toContain('text/html')
  for (const [path] of Object.entries(document.paths ?? {})) expect(html).toContain(path)
  expect(html).not.toMatch(/<script|<style|style=|undefined|\[object/)
  expect((await ask('/api/docs.css')).headers.get('content-type')).toContain('text/css')
})
