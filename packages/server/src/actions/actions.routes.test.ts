import { permissions } from '@rollcall/contracts/admin-api'
import { openDatabase, sql } from '@rollcall/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { actionSamples } from '../testing/action-samples.ts'
import { emptyDatabase, startServer, type TestServer } from '../testing/start-server.ts'
import { allActions, actionNames } from './all-actions.ts'

let server: TestServer
let db: ReturnType<typeof openDatabase<object>>
beforeAll(async () => {
  const databaseUrl = await emptyDatabase()
  db = openDatabase<object>({ url: databaseUrl, schema: 'rollcall', poolSize: 1 })
  server = await startServer({ databaseUrl })
})
afterAll(async () => {
  await server.close()
  await db.close()
})

const someone = 'auth0%7C1'
const post = async (path: string, claims: Record<string, unknown>, body: unknown, headers = {}) => {
  const response = await fetch(`${server.url}/api${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.issuer.token(claims)}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return [response.status, ((await response.json()) as { code: string }).code]
}
/** Where an action is asked for: of somebody new there is no id. */
const pathOf = ({ name, idPrefix }: (typeof allActions)[number]) =>
  idPrefix ? `/users/actions/${name}` : `/users/${someone}/actions/${name}`
const left = async () => {
  const { rows } = await sql<{ left: number }>`SELECT (SELECT count(*) FROM action_runs) + (SELECT count(*) FROM audit_log) AS left`.execute(db.db) // prettier-ignore
  return rows[0]?.left
}

test('there is a sample of every action, which it takes', () => {
  expect(Object.keys(actionSamples).sort()).toEqual(actionNames.toSorted())
  for (const { name, params } of allActions) expect(params.safeParse(actionSamples[name]), name).toMatchObject({ success: true }) // prettier-ignore
})

test.each(allActions)('$name is not for whoever lacks its permission, and leaves nothing behind', async (action) => {
  const { name, permission } = action
  const request = { params: actionSamples[name] }
  const others = permissions.filter((other) => other !== permission && other !== 'manage:users')
  for (const held of [['read:users'], others, []]) {
    for (const path of [pathOf(action), `${pathOf(action)}/preview`])
        expect(await post(path, { permissions: held }, request), `${held.join()} ${path}`).toEqual([403, 'permission-missing']) // prettier-ignore
  }
  // Nor, without seeing users, for whoever has it alone.
  expect(await post(pathOf(action), { permissions: [permission] }, request)).toEqual([403, 'permission-missing']) // prettier-ignore
  expect(await left()).toBe(0)
})

test.each([{ resetPassword: true }, { resetMfa: true }])(
  'what a user signs in with takes its own permission, also in user.contain (%o)',
  async (params) => {
    const path = `/users/${someone}/actions/user.contain`
    const claims = {
      permissions: permissions.filter((name) => name !== 'manage:users' && name !== 'manage:credentials'),
    }
    for (const tail of ['', '/preview']) expect(await post(path + tail, claims, { params })).toEqual([403, 'permission-missing']) // prettier-ignore
    expect(await left()).toBe(0)
  },
)

test('nobody signs in as somebody else by linking themself to them', async () => {
  const me = { sub: 'auth0|2', permissions: ['manage:users'] }
  const request = { params: { secondaryUserId: 'auth0|2' } }
  expect(await post(`/users/${someone}/actions/user.link`, me, request)).toEqual([409, 'not-your-own-credentials'])
})

const all = { permissions: [...permissions] }

test.each(allActions)('$name takes what it is declared to take, and nothing else', async (action) => {
  const { name } = action
  const path = pathOf(action)
  const bodies = [
    { params: { ...actionSamples[name], unheardOf: 'x' } },
    { params: [] },
    { params: 'x' },
    { params: actionSamples[name], reason: 7 },
    { params: actionSamples[name], reason: 'a\u0000b' },
    { params: actionSamples[name], basedOn: 'yesterday' },
    { params: actionSamples[name], force: true },
    [],
    'null',
    '{',
  ]
  for (const body of bodies) expect((await post(path, all, body))[0], JSON.stringify(body)).toBe(400)
  expect(await left()).toBe(0)
})

test.each([
  ['an empty edit', {}],
  ['metadata that would empty all of it', { userMetadata: {} }],
  ['a reserved key', { appMetadata: { user_id: 1 } }],
  ['a key with a dot', { userMetadata: { 'a.b': 1 } }],
  ['the prototype', JSON.parse('{"userMetadata":{"__proto__":{"a":1}}}')],
  ['a script for a picture', { picture: 'javascript:alert(1)' }],
  ['a name that is too long', { name: 'x'.repeat(301) }],
  ['more levels than anybody needs', { userMetadata: { a: JSON.parse('['.repeat(60) + ']'.repeat(60)) } }],
])('%s is no edit', async (_what, params) => {
  expect(await post(`/users/${someone}/actions/user.edit`, all, { params })).toEqual([400, 'invalid-input'])
})

test('what is said to be known of the user has to be a field of users', async () => {
  const body = { basedOn: { updatedAt: '2025-01-01T00:00:00.000Z', fields: { shoe: 43 } } }
  expect(await post(`/users/${someone}/actions/user.block`, all, body)).toEqual([400, 'invalid-input'])
})

test('a body that does not say it is JSON is read as JSON all the same, never passed over', async () => {
  const headers = { 'content-type': 'text/plain' }
  expect((await post(`/users/${someone}/actions/user.block`, all, { force: true }, headers))[0]).toBe(400)
  expect((await post(`/users/${someone}/actions/user.block`, all, 'reason=x', headers))[0]).toBe(400)
})

test.each(['x'.repeat(73), 'ä'.repeat(37), 'Secret\nSecret'])(
  '%j is no password, and is not repeated',
  async (password) => {
    const response = await fetch(`${server.url}/api/users/${someone}/actions/user.set-password`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.issuer.token(all)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ params: { password } }),
    })
    expect([response.status, (await response.text()).includes(password.slice(0, 6))]).toEqual([400, false])
  },
)

test('what was seen has to be little enough to be looked at again', async () => {
  const fields = Object.fromEntries(Array.from({ length: 70 }, (_, place) => [`organizations.org_${place}`, null]))
  const body = { basedOn: { updatedAt: '2025-01-01T00:00:00.000Z', fields } }
  expect(await post(`/users/${someone}/actions/user.block`, all, body)).toEqual([400, 'invalid-input'])
})

test('an idempotency key is short and visible', async () => {
  for (const key of ['x'.repeat(129), 'a b']) {
    const answer = await post(`/users/${someone}/actions/user.block`, all, {}, { 'idempotency-key': key })
    expect(answer).toEqual([400, 'invalid-input'])
  }
})

test('nobody chooses the id of who is made, and so takes the place of who was deleted', async () => {
  const request = { params: actionSamples['user.create'] }
  expect(await post(`/users/${someone}/actions/user.create`, all, request)).toEqual([404, 'no-such-action'])
  expect(await post('/users/actions/user.block', all, {})).toEqual([404, 'no-such-action'])
  expect(await post('/users/actions/user.create', all, { params: { ...request.params, userId: 'auth0|1' } })).toEqual([400, 'invalid-input'])
}) // prettier-ignore

const making = { permissions: ['read:users', 'create:users'] }
test.each([
  ['vouching for an address', 'user.create', { isEmailVerified: true }],
  ['app metadata', 'user.create', { appMetadata: { plan: 'pro' } }],
  ['app metadata of who is invited', 'user.invite', { appMetadata: { plan: 'pro' } }],
  ['a link', 'user.invite', { by: 'link' }],
  ['roles', 'user.invite', { roleIds: ['rol_1'] }],
  ['organizations', 'user.invite', { organizations: [{ organizationId: 'org_1' }] }],
])('%s takes its own permission, also where somebody is made (%s %o)', async (_what, name, more) => {
  const request = { params: { ...actionSamples[name], ...more } }
  for (const tail of ['', '/preview'])
    expect(await post(`/users/actions/${name}${tail}`, making, request)).toEqual([403, 'permission-missing'])
  expect(await left()).toBe(0)
})

test('there are no other actions, runs or users', async () => {
  expect(await post(`/users/${someone}/actions/user.promote`, all, {})).toEqual([404, 'no-such-action'])
  expect(await post(`/users/${someone}/actions/user.block`, all, {})).toEqual([404, 'user-not-found'])
  const run = '/actions/5f0e7a3c-6d0b-4a7e-9c52-0d3f0e8b7a11'
  expect(await post(`${run}/undo`, all, {})).toEqual([404, 'run-not-found'])
  expect(await post('/actions/1/undo', all, {})).toEqual([400, 'invalid-input'])
  expect(await left()).toBe(0)
})

test.each(allActions.filter(({ refusalToThemself }) => refusalToThemself))(
  'nobody does $name to themself',
  async ({ name, refusalToThemself }) => {
    const me = { sub: 'auth0|1', ...all }
    const request = { params: actionSamples[name] }
    expect(await post(`/users/${someone}/actions/${name}`, me, request)).toEqual([409, refusalToThemself?.code])
    expect(await left()).toBe(0)
  },
)

test('without a database nothing is changed, and it says why', async () => {
  const bare = await startServer()
  const headers = { authorization: `Bearer ${bare.issuer.token(all)}` }
  const answers = await Promise.all([
    fetch(`${bare.url}/api/users/auth0%7C2/actions/user.block`, { method: 'POST', headers }),
    fetch(`${bare.url}/api/users/auth0%7C2`, { method: 'DELETE', headers }),
    fetch(`${bare.url}/api/audit`, { headers }),
  ])
  for (const answer of answers)
    expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'store-needed' }])
  await bare.close()
})

test('a policy that names no action of ours does not start', async () => {
  await expect(startServer({ policy: { reasonRequired: ['user.explode'] } })).rejects.toThrow(/user\.explode/)
})
