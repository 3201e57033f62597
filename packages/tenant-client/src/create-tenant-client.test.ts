import { inspect } from 'node:util'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { createTenantClient, type TenantClient } from './create-tenant-client.ts'
import { tenantAnswerOf } from './tenant-fault.ts'
import {
  everyScope,
  startFakeAuth0,
  tokenAnswer,
  type FakeAnswer,
  type FakeAuth0,
  type FakeRequest,
} from './testing/fake-auth0.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const user = {
  user_id: 'auth0|1',
  email: 'ada@example.com',
  created_at: '2025-01-02T03:04:05.678Z',
  updated_at: '2025-01-02T03:04:05.678Z',
  identities: [{ provider: 'auth0', user_id: '1', connection: 'Users', isSocial: false, access_token: 'idp-secret' }],
}
const emptyPage = { start: 0, limit: 50, length: 0, users: [], total: 0 }
const refusal = (statusCode: number, message: string, errorCode?: string) => ({
  status: statusCode,
  body: { statusCode, error: 'Whatever', message, ...(errorCode && { errorCode }) },
})
const firstPage = { page: 0, perPage: 50, sort: { field: 'created_at', direction: 'down' } } as const
const secret = 'the-very-secret-secret'

interface Started {
  auth0: FakeAuth0
  tenant: TenantClient
  /** Requests other than for a token. */
  calls: () => FakeRequest[]
  tokenRequests: () => FakeRequest[]
}

async function start(
  answer: (request: FakeRequest) => FakeAnswer | undefined,
  token: () => FakeAnswer | undefined = tokenAnswer,
  deadlineMs = 3000,
): Promise<Started> {
  const auth0 = await startFakeAuth0((request) => (request.url.pathname === '/oauth/token' ? token() : answer(request)))
  const tenant = createTenantClient({ domain: auth0.origin, clientId: 'm2m', clientSecret: secret, deadlineMs })
  closers.push(
    () => auth0.close(),
    () => tenant.close(),
  )
  const isToken = ({ url }: FakeRequest) => url.pathname === '/oauth/token'
  return {
    auth0,
    tenant,
    calls: () => auth0.requests.filter((request) => !isToken(request)),
    tokenRequests: () => auth0.requests.filter(isToken),
  }
}

test('one token serves many calls made at once, and asks for the Management API of the domain', async () => {
  const { tenant, calls, tokenRequests } = await start(({ url }) => ({
    status: 200,
    body: { ...user, user_id: decodeURIComponent(url.pathname.split('/').at(-1) ?? '') },
  }))
  await Promise.all(Array.from({ length: 20 }, (_, index) => tenant.users.get(`auth0|${index}`)))
  await tenant.users.get('auth0|later')
  expect(calls()).toHaveLength(21)
  expect(tokenRequests()).toHaveLength(1)
  const { host } = new URL(tenant.origin)
  expect(new URLSearchParams(tokenRequests()[0]?.body).get('audience')).toBe(`https://${host}/api/v2/`)
})

test('an identity provider’s token stops at the edge', async () => {
  const { tenant } = await start(() => ({ status: 200, body: { ...user, password: 'hash' } }))
  expect(JSON.stringify(await tenant.users.get('auth0|1'))).not.toMatch(/idp-secret|hash/)
})

test('nor is it among the identities of a user, in what their provider says', async () => {
  const profileData = { email: 'ada@example.com', access_token: 'idp-secret' }
  const identities = [{ ...user.identities[0], profileData }]
  const { tenant } = await start(() => ({ status: 200, body: { user_id: 'auth0|1', identities } }))
  const read = await tenant.ofUser.identities('auth0|1')
  expect(read).toMatchObject([{ profileData: { email: 'ada@example.com' } }])
  expect(JSON.stringify(read)).not.toContain('idp-secret')
})

test('of endless sessions the beginning is read, and that there are more is said', async () => {
  const session = { id: 's', created_at: user.created_at }
  const { tenant, calls } = await start(() => ({
    status: 200,
    body: { sessions: Array.from({ length: 100 }, () => session), next: 'more' },
  }))
  const { items, isComplete } = await tenant.ofUser.sessions('auth0|1')
  expect([items.length, isComplete, calls().length]).toEqual([200, false, 3])
})

test('a tenant that cannot search its log by the path of a change is asked for what names the user', async () => {
  const { tenant, calls } = await start(({ url }) =>
    url.searchParams.get('q')?.includes('details.') ? refusal(400, 'Unknown field') : { status: 200, body: [] },
  )
  const until = new Date('2026-01-02T03:04:05.678Z')
  await tenant.ofUser.log({ userId: 'auth0|a"b', types: { are: ['s', 'fp'] }, until, page: 1, perPage: 50 })
  const asked = Object.fromEntries(calls()[1]?.url.searchParams ?? [])
  expect(asked).toMatchObject({
    q: String.raw`user_id:"auth0|a\"b" AND type:(s OR fp) AND date:[* TO "2026-01-02T03:04:05.678Z"]`,
    page: '1',
    per_page: '50',
  })
})

test('a list asks for totals, an order, the fields of a row, and a search', async () => {
  const { tenant, calls } = await start(() => ({ status: 200, body: emptyPage }))
  await tenant.users.list({ page: 2, perPage: 10, sort: { field: 'last_login', direction: 'down' }, q: 'name:a*' })
  expect(Object.fromEntries(calls()[0]?.url.searchParams ?? [])).toEqual({
    page: '2',
    per_page: '10',
    include_totals: 'true',
    sort: 'last_login:-1',
    search_engine: 'v3',
    include_fields: 'true',
    fields: 'user_id,email,email_verified,name,picture,blocked,created_at,last_login,logins_count,identities',
    q: 'name:a*',
  })
})

test('equal lists asked at the same moment share one request; after a deletion they do not', async () => {
  const { tenant, calls } = await start(({ method }) =>
    method === 'DELETE' ? { status: 204 } : { status: 200, body: emptyPage },
  )
  await Promise.all([tenant.users.list(firstPage), tenant.users.list(firstPage), tenant.users.list(firstPage)])
  expect(calls()).toHaveLength(1)
  const before = tenant.users.list(firstPage)
  await tenant.changes.deleteUser('auth0|1')
  await Promise.all([before, tenant.users.list(firstPage)])
  expect(calls().filter(({ method }) => method === 'GET')).toHaveLength(3)
})

test('a refused token is renewed once, by one request for all who met it', async () => {
  let tokens = 0
  const { tenant, tokenRequests } = await start(
    ({ authorization }) =>
      authorization?.endsWith(bearer('2')) ? { status: 200, body: user } : refusal(401, 'Expired token received'),
    () => tokenAnswer('read:users', String(++tokens)),
  )
  await Promise.all([tenant.users.get('auth0|1'), tenant.users.get('auth0|2'), tenant.users.get('auth0|3')])
  expect(tokenRequests()).toHaveLength(2)
})

function bearer(name: string): string {
  return (tokenAnswer('read:users', name).body as { access_token: string }).access_token
}

test('a token that stays refused is our own fault, not the caller’s', async () => {
  const { tenant, calls } = await start(() => refusal(401, 'Invalid token'))
  await expect(tenant.users.get('auth0|1')).rejects.toMatchObject({ status: 502, code: 'tenant-refused-token' })
  expect(calls()).toHaveLength(2)
})

test('a rate limit is waited out as long as the tenant asks, and a deletion too is safe to repeat', async () => {
  let asked = 0
  const { tenant } = await start(() =>
    asked++ === 0
      ? { ...refusal(429, 'Global limit has been reached'), headers: { 'retry-after': '1' } }
      : { status: 204 },
  )
  const startedAt = performance.now()
  await tenant.changes.deleteUser('auth0|1')
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(995)
})

test('a rate limit longer than the deadline is passed on at once, with the wait', async () => {
  const inAnHour = String(Math.ceil(Date.now() / 1000) + 3600)
  const { tenant, calls } = await start(() => ({
    ...refusal(429, 'Global limit has been reached'),
    headers: { 'x-ratelimit-reset': inAnHour },
  }))
  const refused = await tenant.users.get('auth0|1').catch((error: unknown) => error)
  expect(refused).toMatchObject({ status: 429, code: 'tenant-rate-limited' })
  expect(Math.abs(Number((refused as { retryAfterSeconds: number }).retryAfterSeconds) - 3600)).toBeLessThan(5)
  expect(calls()).toHaveLength(1)
})

test('work in bulk shares the token, and what it cannot do in time it does not send', async () => {
  const inAnHour = String(Math.ceil(Date.now() / 1000) + 3600)
  const limit = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inAnHour }
  const { tenant, calls, tokenRequests } = await start(({ method }) =>
    method === 'GET'
      ? { status: 200, body: user }
      : { ...refusal(429, 'Endpoint limit has been reached'), headers: limit },
  )
  await tenant.users.get('auth0|1')
  const { tenant: inBulk } = tenant.openPace({ percent: 100 })
  const refusalOf = async () => {
    const error = await inBulk.changes.sendVerification('auth0|1').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'tenant-rate-limited',
      retryAfterSeconds: expect.toSatisfy((wait) => wait > 55),
    })
    return tenantAnswerOf(error)
  }
  expect(await refusalOf()).toMatchObject({ isRefusal: true, message: 'Endpoint limit has been reached' })
  const unsent = await refusalOf()
  expect(unsent).toMatchObject({ isRefusal: true, message: expect.stringContaining('no room') })
  expect([calls().length, tokenRequests().length]).toEqual([2, 1])
  expect((await inBulk.users.get('auth0|1')).user_id).toBe('auth0|1')
})

test('a change in bulk makes people’s questions new, and a change by people those of bulk', async () => {
  const { tenant, calls } = await start(({ method }) =>
    method === 'DELETE' ? { status: 204 } : { status: 200, body: user },
  )
  const { tenant: inBulk } = tenant.openPace({ percent: 100 })
  for (const [one, other] of [
    [tenant, inBulk],
    [inBulk, tenant],
  ] as const) {
    // prettier-ignore
    const before = one.users.get('auth0|1')
    await other.changes.deleteUser('auth0|2')
    await Promise.all([before, one.users.get('auth0|1')])
  }
  expect(calls().filter(({ method }) => method === 'GET')).toHaveLength(4)
})

test('mail is asked for once, whatever comes of it; only a refusal before it was begun is waited out', async () => {
  const mail = ({ tenant }: Started) => tenant.changes.sendVerification('auth0|1')
  const reset = ({ tenant }: Started) =>
    tenant.changes.requestPasswordReset({ email: 'ada@example.com', connection: 'Users', clientId: 'spa' })
  for (const send of [mail, reset]) {
    for (const answer of [refusal(500, 'Internal error'), { status: 503, body: 'busy' }, undefined]) {
      const started = await start(() => answer, tokenAnswer, 400)
      await expect(send(started)).rejects.toMatchObject({ status: expect.toBeOneOf([502, 503]) })
      expect(started.calls()).toHaveLength(1)
    }
  }
  let asked = 0
  const limited = { ...refusal(429, 'Global limit has been reached'), headers: { 'retry-after': '0' } }
  const job = { type: 'verification_email', status: 'pending', created_at: user.created_at, id: 'job_1' }
  const started = await start(() => (asked++ === 0 ? limited : { status: 201, body: job }))
  await mail(started)
  expect(started.calls()).toHaveLength(2)
})

test('what the tenant said when it refused is kept word for word, and whether anything was done', async () => {
  const refusalOf = async (answer: FakeAnswer | undefined) => {
    // An answer that was under way when the time was up would be none.
    const { tenant } = await start(() => answer, tokenAnswer, answer ? 2000 : 400)
    return tenantAnswerOf(await tenant.changes.updateUser('auth0|1', { name: 'x' }).catch((error: unknown) => error))
  }
  const malformed = refusal(400, 'Payload validation error', 'invalid_body')
  expect(await refusalOf(malformed)).toEqual({ status: 400, errorCode: 'invalid_body', message: 'Payload validation error', isRefusal: true }) // prettier-ignore
  expect(await refusalOf(refusal(500, 'Oh'))).toMatchObject({ status: 500, isRefusal: false })
  expect(await refusalOf(undefined)).toMatchObject({ status: null, isRefusal: false })
})

test('a refusal of what was asked before, with nobody knowing what came of it, does not tell that nothing was done', async () => {
  const answers: FakeAnswer[] = [refusal(503, 'Oh'), { ...refusal(429, 'Too many'), headers: { 'retry-after': '60' } }]
  const { tenant, calls } = await start(() => answers.shift())
  const error: unknown = await tenant.changes
    .updateUser('auth0|1', { blocked: true })
    .catch((thrown: unknown) => thrown)
  expect(tenantAnswerOf(error)).toMatchObject({ status: 429, isRefusal: false })
  expect(calls()).toHaveLength(2)
})

test('a passing failure is asked again until it has passed', async () => {
  let asked = 0
  const { tenant } = await start(() => (asked++ < 2 ? { status: 500, body: 'oops' } : { status: 200, body: user }))
  expect((await tenant.users.get('auth0|1')).user_id).toBe('auth0|1')
})

test('a tenant that keeps failing is an upstream failure within the deadline', async () => {
  const { tenant } = await start(() => refusal(500, 'Internal error'), tokenAnswer, 10_000)
  await expect(tenant.users.get('auth0|1')).rejects.toMatchObject({ status: 502, code: 'tenant-failed' })
})

test('a tenant that never answers is given up at the deadline', async () => {
  const { tenant } = await start(() => undefined, tokenAnswer, 300)
  const startedAt = performance.now()
  await expect(tenant.users.get('auth0|1')).rejects.toMatchObject({ status: 503, code: 'tenant-unreachable' })
  expect(performance.now() - startedAt).toBeLessThan(1500)
})

test('a token request that never answers is given up at the deadline', async () => {
  const { tenant } = await start(
    () => undefined,
    () => undefined,
    300,
  )
  await expect(tenant.users.get('auth0|1')).rejects.toMatchObject({ status: 503, code: 'tenant-unreachable' })
})

test('a tenant that is not there is said in one clear sentence', async () => {
  const { auth0, tenant } = await start(() => undefined, tokenAnswer, 400)
  await auth0.close()
  await expect(tenant.users.get('auth0|1')).rejects.toMatchObject({
    status: 503,
    message: `The tenant at ${auth0.origin} cannot be reached: nothing listens there.`,
  })
})

test.each([
  ['an unknown user', refusal(404, 'The user does not exist.', 'inexistent_user'), 404, 'user-not-found'],
  ['a malformed query', refusal(400, 'Query validation error', 'invalid_query_string'), 400, 'tenant-refused'],
  ['a page past the reach', refusal(400, 'You can only page through…', 'invalid_paging'), 400, 'beyond-reach'],
  ['a conflict', refusal(409, 'The user already exists.', 'auth0_idp_error'), 409, 'tenant-conflict'],
  [
    'a missing scope',
    refusal(403, 'Insufficient scope, expected any of: read:users', 'insufficient_scope'),
    502,
    'tenant-scope-missing',
  ],
  ['somebody else’s 404', { status: 404, body: '<h1>nginx</h1>' }, 502, 'tenant-failed'],
  ['a page of HTML', { status: 200, body: '<h1>Welcome</h1>' }, 502, 'tenant-answer-not-understood'],
  ['a user without an id', { status: 200, body: { ...user, user_id: undefined } }, 502, 'tenant-answer-not-understood'],
  ['a redirect', { status: 302, headers: { location: 'https://example.com/' } }, 503, 'tenant-unreachable'],
])('%s is told as what it is', async (_what, answer, status, code) => {
  const { tenant } = await start(() => answer, tokenAnswer, 400)
  await expect(tenant.users.get('auth0|1')).rejects.toMatchObject({ status, code })
})

test.each([
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
])('an answer may come packed by %s, and a refusal too', async (encoding, pack) => {
  const packed = (body: unknown) => pack(JSON.stringify(body))
  const headers = { 'content-encoding': encoding }
  const unknown = refusal(404, 'The user does not exist.', 'inexistent_user')
  const { tenant } = await start(({ url }) =>
    url.pathname.endsWith('1') ? { status: 200, body: packed(user), headers } : { status: 404, body: packed(unknown.body), headers },
  ) // prettier-ignore
  await expect(tenant.users.get('auth0|1')).resolves.toMatchObject({ email: 'ada@example.com' })
  await expect(tenant.users.get('auth0|2')).rejects.toMatchObject({ status: 404, code: 'user-not-found' })
})

test('an answer that cannot be unpacked, or breaks off, is the connection’s failure', async () => {
  const { tenant } = await start(
    () => ({ status: 200, body: Buffer.from('not packed'), headers: { 'content-encoding': 'gzip' } }),
    tokenAnswer,
    300,
  )
  await expect(tenant.users.get('auth0|1')).rejects.toMatchObject({ status: 503, code: 'tenant-unreachable' })
  const short = await start(() => ({ status: 200, body: '{"user_id":', headers: { 'content-length': '400' } }), tokenAnswer, 300)
  await expect(short.tenant.users.get('auth0|1')).rejects.toMatchObject({ status: 503, code: 'tenant-unreachable' })
}) // prettier-ignore

test('the missing scope is named', async () => {
  const { tenant } = await start(() =>
    refusal(403, 'Insufficient scope, expected any of: delete:users', 'insufficient_scope'),
  )
  const refused = await tenant.changes.deleteUser('auth0|1').catch((error: unknown) => error)
  expect(refused).toMatchObject({ message: expect.stringContaining('delete:users'), scopes: ['delete:users'] })
})

test.each([
  ['a wrong secret', { status: 401, body: { error: 'access_denied', error_description: 'Unauthorized' } }],
  ['HTML in place of a token', { status: 200, body: '<h1>Welcome</h1>' }],
  ['a token answer without a token', { status: 200, body: {} }],
])('%s is an upstream failure that repeats no secret', async (_what, answer) => {
  const { tenant } = await start(
    () => ({ status: 200, body: user }),
    () => answer,
  )
  const refused = await tenant.users.get('auth0|1').catch((error: unknown) => error)
  expect(refused).toMatchObject({ status: 502 })
  expect(inspect(refused, { depth: 10, showHidden: true })).not.toContain(secret)
})

const reachable = ({ url }: FakeRequest) =>
  url.pathname.startsWith('/.well-known/') ? { status: 200, body: {} } : undefined
const notGranted = {
  status: 403,
  body: { error: 'access_denied', error_description: 'Client is not authorized to access "x".' },
}

test('a check finds nothing wrong where nothing is', async () => {
  const { tenant } = await start(reachable)
  expect(await tenant.check('https://app.example/api')).toEqual([])
})

test.each([
  [
    'the wrong secret',
    { status: 401, body: { error: 'access_denied', error_description: 'Unauthorized' } },
    'CLIENT_SECRET',
    true,
  ],
  ['an application without the grant', { status: 403, body: { error: 'unauthorized_client' } }, 'CLIENT_ID', true],
  ['an application that was not authorized', notGranted, 'CLIENT_ID', true],
  ['a domain that is no tenant’s', { status: 404, body: '<h1>Not found</h1>' }, 'AUTH0_DOMAIN', true],
  ['a missing scope', tokenAnswer(everyScope.replace('delete:users', '')), 'CLIENT_ID', false],
])('a check names the variable for %s', async (_what, token, variable, isFatal) => {
  const { tenant } = await start(reachable, () => token)
  expect(await tenant.check('https://app.example/api')).toMatchObject([{ variable, isFatal }])
})

test('a check knows an audience that is no API of the tenant, and the Management API in its place', async () => {
  const auth0 = await startFakeAuth0(({ url, body }) => {
    if (url.pathname !== '/oauth/token') return { status: 200, body: {} }
    if (new URLSearchParams(body).get('audience') !== 'https://nowhere.example/') return tokenAnswer()
    const error_description = 'Service not enabled within domain: https://nowhere.example/'
    return { status: 403, body: { error: 'access_denied', error_description } }
  })
  const tenant = createTenantClient({ domain: auth0.origin, clientId: 'm2m', clientSecret: secret })
  closers.push(
    () => auth0.close(),
    () => tenant.close(),
  )
  for (const audience of ['https://nowhere.example/', 'https://example.eu.auth0.com/api/v2/']) {
    expect(await tenant.check(audience)).toMatchObject([{ variable: 'AUTH0_AUDIENCE', isFatal: true }])
  }
})

test('a check of a domain where nobody listens says so and stops there', async () => {
  const tenant = createTenantClient({ domain: 'http://127.0.0.1:1', clientId: 'm2m', clientSecret: secret })
  closers.push(() => tenant.close())
  expect(await tenant.check('https://app.example/api')).toMatchObject([{ variable: 'AUTH0_DOMAIN', isFatal: true }])
})
