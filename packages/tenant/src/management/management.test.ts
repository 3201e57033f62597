import { randomUUID } from 'node:crypto'
import { ManagementClient } from 'auth0'
import { ManagementClient as ManagementClient6 } from 'auth0-6'
import { ManagementClient as LegacyManagementClient } from 'auth0/legacy'
import { Agent, getGlobalDispatcher, setGlobalDispatcher, fetch as undiciFetch } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

let tenant: TestTenant
let trusting: Agent
beforeAll(async () => {
  tenant = await startTestTenant()
  trusting = new Agent({ connect: { ca: tenant.ca } })
})
afterAll(async () => {
  await trusting.close()
  await tenant.close()
})

const connection = 'Username-Password-Authentication'
const newUser = (fields: Record<string, unknown> = {}) => ({
  connection,
  email: `${randomUUID()}@example.com`,
  password: 'Secret-123',
  ...fields,
})
const makeUser = async (fields?: Record<string, unknown>) =>
  (await tenant.api('POST', '/users', newUser(fields))).body as Record<string, string>
const pathOf = (user: Record<string, string>) => `/users/${encodeURIComponent(user.user_id ?? '')}`

test.each([
  ['no token', undefined, 401, { statusCode: 401, error: 'Unauthorized', message: 'Missing authentication' }],
  [
    'a header of another form',
    'Token x',
    400,
    { statusCode: 400, error: 'Bad Request', message: 'Bad HTTP authentication header format', errorCode: 'Bearer' },
  ],
  [
    'nonsense for a token',
    'Bearer nonsense',
    401,
    { statusCode: 401, error: 'Unauthorized', message: 'Invalid token' },
  ],
])('%s is refused as Auth0 does', async (_name, authorization, status, body) => {
  const response = await fetch(`${tenant.http}/api/v2/users`, {
    headers: authorization === undefined ? {} : { authorization },
  })
  expect(response.status).toBe(status)
  expect(await response.json()).toEqual(body)
})

test('a token for another API, and one that has expired, are refused', async () => {
  const ask = async (audience: string) => {
    const response = await fetch(`${tenant.http}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: tenant.m2m.clientId,
        client_secret: tenant.m2m.clientSecret,
        audience,
      }),
    })
    return ((await response.json()) as { access_token: string }).access_token
  }
  expect((await tenant.api('GET', '/users', undefined, await ask(tenant.audience))).status).toBe(401)
  const seconds = Math.floor(Date.now() / 1000)
  const old = await tenant.tenant.context.keys.sign(
    { typ: 'JWT' },
    {
      iss: `${tenant.http}/`,
      sub: 'x@clients',
      azp: 'x',
      aud: `${tenant.http}/api/v2/`,
      iat: seconds - 20,
      exp: seconds - 10,
    },
  )
  expect(await tenant.api('GET', '/users', undefined, old)).toMatchObject({
    status: 401,
    body: { message: 'Expired token received for JSON Web Token validation' },
  })
})

test.each([
  ['GET', '/users', 'read:users'],
  ['POST', '/users', 'create:users'],
  ['PATCH', '/users/auth0%7Cx', 'update:users'],
  ['DELETE', '/users/auth0%7Cx', 'delete:users'],
  ['GET', '/users-by-email?email=a', 'read:users'],
  ['GET', '/roles', 'read:roles'],
  ['POST', '/roles', 'create:roles'],
  ['DELETE', '/roles/rol_x', 'delete:roles'],
  ['GET', '/clients', 'read:clients,read:client_keys'],
  ['POST', '/clients', 'create:clients'],
  ['GET', '/resource-servers', 'read:resource_servers'],
  ['POST', '/client-grants', 'create:client_grants'],
  ['DELETE', '/connections/con_x', 'delete:connections'],
])('%s %s needs %s', async (method, path, scopes) => {
  const token = await tenant.managementToken('read:user_idp_tokens')
  const { status, body } = await tenant.api(method, path, method === 'PATCH' ? { name: 'x' } : undefined, token)
  expect(status).toBe(403)
  expect(body).toEqual({
    statusCode: 403,
    error: 'Forbidden',
    message: `Insufficient scope, expected any of: ${scopes}`,
    errorCode: 'insufficient_scope',
  })
})

test('a new user has Auth0’s defaults, and no password', async () => {
  const { status, body } = await tenant.api('POST', '/users', newUser({ email: 'Mixed.Case@Example.com' }))
  expect(status).toBe(201)
  const user = body as Record<string, unknown>
  expect(user).toMatchObject({
    user_id: expect.stringMatching(/^auth0\|[0-9a-f]{24}$/),
    email: 'mixed.case@example.com',
    email_verified: false,
    name: 'mixed.case@example.com',
    nickname: 'mixed.case',
    picture: expect.stringMatching(
      /^https:\/\/s\.gravatar\.com\/avatar\/[0-9a-f]{32}\?s=480&r=pg&d=https%3A%2F%2Fcdn\.auth0\.com%2Favatars%2Fmi\.png$/,
    ),
    identities: [{ connection, provider: 'auth0', isSocial: false, user_id: expect.any(String) }],
  })
  for (const absent of ['password', 'blocked', 'app_metadata', 'last_login', 'logins_count', 'username'])
    expect(user).not.toHaveProperty(absent)
})

test('of two creations of one address at once, one is made and the other a conflict', async () => {
  const user = newUser()
  const answers = await Promise.all([
    tenant.api('POST', '/users', user),
    tenant.api('POST', '/users', { ...user, email: user.email.toUpperCase() }),
  ])
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
  expect(answers.find(({ status }) => status === 409)?.body).toEqual({
    statusCode: 409,
    error: 'Conflict',
    message: 'The user already exists.',
    errorCode: 'auth0_idp_error',
  })
})

test('metadata is merged on its first level, null takes a key away, and {} empties it', async () => {
  const user = await makeUser({ app_metadata: { plan: 'pro', limits: { a: 1, b: 2 } } })
  const patch = async (app_metadata: unknown) =>
    ((await tenant.api('PATCH', pathOf(user), { app_metadata })).body as { app_metadata?: unknown }).app_metadata
  expect(await patch({ limits: { a: 9 } })).toEqual({ plan: 'pro', limits: { a: 9 } })
  expect(await patch({ plan: null })).toEqual({ limits: { a: 9 } })
  expect(await patch({})).toEqual({})
})

test('what may not be changed together, or is taken, is refused in Auth0’s words', async () => {
  const [user, other] = [await makeUser(), await makeUser()]
  const messageOf = async (body: unknown) =>
    ((await tenant.api('PATCH', pathOf(user), body)).body as { message: string }).message
  expect(await messageOf({ password: 'Another-1', email: 'x@example.com' })).toBe(
    'Cannot update password and email simultaneously',
  )
  expect(await messageOf({ email: other.email })).toBe('The specified new email already exists')
  expect(await messageOf({ nonsense: 1, more: 2 })).toBe(
    "Payload validation error: 'Additional properties not allowed: nonsense,more'.",
  )
  expect(await messageOf({ blocked: 'yes' })).toBe(
    "Payload validation error: 'Expected type boolean but found type string' on property blocked (Whether this user was blocked by an administrator (true) or not (false).).",
  )
  expect((await tenant.api('PATCH', '/users/auth0%7Cnobody', { name: 'x' })).body).toMatchObject({
    errorCode: 'inexistent_user',
  })
})

test('deleting is for good, again and again 204, and takes roles, sessions and tokens along', async () => {
  const user = await makeUser()
  const { body: role } = await tenant.api('POST', '/roles', { name: `Role ${randomUUID()}` })
  const { id } = role as { id: string }
  expect((await tenant.api('POST', `${pathOf(user)}/roles`, { roles: [id] })).status).toBe(204)
  expect((await tenant.api('DELETE', pathOf(user))).status).toBe(204)
  expect((await tenant.api('DELETE', pathOf(user))).status).toBe(204)
  expect(await tenant.api('GET', pathOf(user))).toMatchObject({
    status: 404,
    body: { message: 'The user does not exist.', errorCode: 'inexistent_user' },
  })
  expect((await tenant.api('GET', `/roles/${id}/users`)).body).toEqual([])
  expect((await tenant.api('POST', '/users', { ...newUser(), email: user.email })).status).toBe(201)
})

test('a permission shows where it comes from', async () => {
  const user = await makeUser()
  const { body: role } = await tenant.api('POST', '/roles', { name: `Role ${randomUUID()}`, description: 'd' })
  const { id, name } = role as { id: string; name: string }
  const permission = { resource_server_identifier: tenant.audience, permission_name: 'read:users' }
  expect(await tenant.api('POST', `/roles/${id}/permissions`, { permissions: [permission] })).toMatchObject({
    status: 201,
    body: {},
  })
  await tenant.api('POST', `${pathOf(user)}/roles`, { roles: [id] })
  expect((await tenant.api('POST', `${pathOf(user)}/permissions`, { permissions: [permission] })).status).toBe(201)
  const { body } = await tenant.api('GET', `${pathOf(user)}/permissions`)
  expect(body).toEqual([
    {
      ...permission,
      description: 'See users',
      resource_server_name: 'Application API',
      sources: [
        { source_id: '', source_name: '', source_type: 'DIRECT' },
        { source_id: id, source_name: name, source_type: 'ROLE' },
      ],
    },
  ])
  const unknown = await tenant.api('POST', `${pathOf(user)}/permissions`, {
    permissions: [{ ...permission, permission_name: 'fly' }],
  })
  expect(unknown).toMatchObject({
    status: 404,
    body: { message: `This permission does not exist: '${tenant.audience} - fly'` },
  })
})

test('a client’s secret is shown to holders of read:client_keys alone', async () => {
  const see = async (scope: string) =>
    (await tenant.api('GET', `/clients/${tenant.m2m.clientId}`, undefined, await tenant.managementToken(scope))).body
  expect(await see('read:clients')).not.toHaveProperty('client_secret')
  expect(await see('read:client_keys')).toHaveProperty('client_secret', tenant.m2m.clientSecret)
  const { rows } = {
    rows: await tenant.tenant.context.db
      .selectFrom('clients')
      .select('client_secret_sealed')
      .where('client_id', '=', tenant.m2m.clientId)
      .execute(),
  }
  expect(rows[0]?.client_secret_sealed?.toString('latin1')).not.toContain(tenant.m2m.clientSecret)
})

const hostile = [
  'per_page=abc',
  'per_page=-1',
  'per_page=100000',
  'page=-1',
  'page=99999999999',
  'sort=password:1',
  'sort=name',
  'q=%22',
  'q=nosuchfield:x',
  'q=((((',
  'q=name:[a',
  'q=%5C',
  'search_engine=v9',
  'nonsense=1',
  `q=${'('.repeat(2000)}a`,
  'q=a%00b',
  'q=created_at:[x%20TO%20y]',
  'q=logins_count:[a%20TO%20b]',
  'q=user_metadata.a:*b*',
  'fields=%00',
]
test.each(hostile)('GET /users?%s is the caller’s fault or harmless, never ours', async (query) => {
  const { status, body } = await tenant.api('GET', `/users?${query}`)
  expect(status).toBeLessThan(500)
  if (status >= 400) expect(body).toMatchObject({ statusCode: status, message: expect.any(String) })
  else expect(query).toMatch(/fields|99999999999/)
})

test.each(['users', 'roles', 'clients', 'resource-servers', 'client-grants', 'connections'])(
  'an id of %s that no text can hold is a 400',
  async (noun) => {
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      expect((await tenant.api(method, `/${noun}/a%00b`, method === 'PATCH' ? {} : undefined)).status).toBe(400)
    }
  },
)

test.each(['/nowhere', '/avatars/%zz', '/%', '/api/v2/%zz', '/u/%zz', '/avatars/x.png'])(
  'nothing is at %s, and no stack is told',
  async (path) => {
    const response = await fetch(`${tenant.http}${path}`)
    const text = await response.text()
    expect([400, 401, 404]).toContain(response.status)
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(text).not.toMatch(/ at |node_modules/)
  },
)

test.each([
  ['malformed JSON', '{"a"'],
  ['a NUL', JSON.stringify(newUser({ name: 'a\u0000b' }))],
  ['half a surrogate pair', `{"connection":"${connection}","email":"a@example.com","password":"x","name":"\\ud800"}`],
  ['a list', '[]'],
  ['an address that is none', JSON.stringify({ connection, email: 'nobody', password: 'x' })],
  ['an unknown connection', JSON.stringify({ connection: 'nowhere', email: 'a@example.com' })],
  ['a reserved key in app_metadata', JSON.stringify(newUser({ app_metadata: { identities: [] } }))],
  ['a dot in a metadata key', JSON.stringify(newUser({ user_metadata: { 'a.b': 1 } }))],
])('%s in a new user is a 400', async (_name, body) => {
  const answer = await tenant.api('POST', '/users', body)
  expect(answer).toMatchObject({
    status: 400,
    body: { statusCode: 400, error: 'Bad Request', message: expect.any(String) },
  })
})

test('the management clients of auth0@7, auth0@6 and auth0/legacy do the main job', async () => {
  const secureFetch = ((input: string, init?: object) =>
    undiciFetch(input, { ...init, dispatcher: trusting })) as unknown as typeof fetch
  const options = {
    domain: tenant.domain,
    clientId: tenant.m2m.clientId,
    clientSecret: tenant.m2m.clientSecret,
    fetch: secureFetch,
  }

  const newest = new ManagementClient(options)
  const created = await newest.users.create({ ...newUser(), connection })
  const id = created.user_id ?? ''
  expect((await newest.users.get(id)).email).toBe(created.email)
  expect((await newest.users.update(id, { name: 'Renamed' })).name).toBe('Renamed')
  const seen: string[] = []
  for await (const user of await newest.users.list({ per_page: 5 })) seen.push(user.user_id ?? '')
  expect(seen).toContain(id)
  expect(new Set(seen).size).toBe(seen.length)
  await newest.users.delete(id)
  await expect(newest.users.get(id)).rejects.toMatchObject({ statusCode: 404 })

  // These two take no fetch of ours for every call: the whole process has to trust the tenant's authority.
  const usual = getGlobalDispatcher()
  setGlobalDispatcher(trusting)
  const six = new ManagementClient6(options)
  const byPage = await six.users.list({ page: 0, per_page: 2 })
  expect(byPage.data).toHaveLength(2)

  const legacy = new LegacyManagementClient(options)
  const { data } = await legacy.users.getAll({ per_page: 3, include_totals: true })
  expect(data).toMatchObject({ start: 0, limit: 3, length: 3, total: expect.any(Number) })
  const { data: roles } = await legacy.roles.getAll()
  expect(roles.map(({ name }) => name)).toContain('Staff')
  setGlobalDispatcher(usual)
})
