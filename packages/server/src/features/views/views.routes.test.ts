import { View, ViewList } from '@rollcall/contracts/admin-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { emptyDatabase, startServer, type TestServer } from '../../testing/start-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ databaseUrl: await emptyDatabase() })
})
afterAll(() => server.close())

const lead = { sub: 'auth0|lead', permissions: ['read:users', 'manage:views'] }
const agent = { sub: 'auth0|agent', permissions: ['read:users'] }
const other = { sub: 'auth0|other', permissions: ['read:users'] }

const ask = (who: typeof lead, method: string, path: string, body?: unknown) =>
  fetch(`${server.url}/api/views${path}`, {
    method,
    headers: { authorization: `Bearer ${server.issuer.token(who)}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
const create = async (who: typeof lead, content: Record<string, unknown>) => {
  const response = await ask(who, 'POST', '', { columns: ['name'], ...content })
  expect(response.status).toBe(201)
  return View.parse(await response.json())
}
const namesOf = async (who: typeof lead) =>
  ViewList.parse(await (await ask(who, 'GET', '')).json()).views.map(({ name }) => name)

test('a view is kept for its owner alone, until it is shared', async () => {
  const mine = await create(agent, { name: 'Mine', filter: 'blocked:true', sort: '-last_login' })
  expect(mine).toMatchObject({ filter: 'blocked:true', sort: '-last_login', columns: ['name'], isMine: true })
  expect(await namesOf(other)).not.toContain('Mine')
  await create(lead, { name: 'Everybody’s', isShared: true })
  expect(await namesOf(other)).toContain('Everybody’s')
  expect(await namesOf(agent)).toEqual(expect.arrayContaining(['Everybody’s', 'Mine']))
})

test('who may not share, may neither share nor change what is shared', async () => {
  const shared = await create(lead, { name: 'Shared', isShared: true })
  const attempts = [
    ask(agent, 'POST', '', { name: 'Mine', columns: ['name'], isShared: true }),
    ask(agent, 'PUT', `/${shared.id}`, { name: 'Taken', columns: ['name'], isShared: false }),
    ask(agent, 'DELETE', `/${shared.id}`),
  ]
  expect((await Promise.all(attempts)).map(({ status }) => status)).toEqual([403, 403, 403])
  expect(await namesOf(agent)).toContain('Shared')
})

test('somebody else’s private view is not there', async () => {
  const mine = await create(agent, { name: 'Secret' })
  for (const [method, body] of [['PUT', { name: 'Seen', columns: ['name'] }], ['DELETE']] as const) {
    const response = await ask(lead, method, `/${mine.id}`, body)
    expect([response.status, await response.json()]).toMatchObject([404, { code: 'view-not-found' }])
  }
  expect(await namesOf(agent)).toContain('Secret')
})

test('a view is changed, and deleted', async () => {
  const mine = await create(agent, { name: 'Draft' })
  const changed = await ask(agent, 'PUT', `/${mine.id}`, { name: 'Final', filter: 'ada', columns: ['name', 'roles'] })
  expect(await changed.json()).toMatchObject({ id: mine.id, name: 'Final', filter: 'ada', columns: ['name', 'roles'] })
  expect((await ask(agent, 'DELETE', `/${mine.id}`)).status).toBe(204)
  expect((await ask(agent, 'DELETE', `/${mine.id}`)).status).toBe(404)
})

test.each([
  ['a filter that cannot be read', { name: 'x', columns: ['name'], filter: 'nosuchfield:x' }, 'filter-invalid'],
  ['no name', { name: ' ', columns: ['name'] }, 'invalid-input'],
  ['a column that is none', { name: 'x', columns: ['password'] }, 'invalid-input'],
  ['more than it may hold', { name: 'x', columns: ['name'], owner: 'me' }, 'invalid-input'],
  ['no JSON', '{', 'malformed-request'],
])('%s is refused', async (_what, body, code) => {
  const response = await ask(agent, 'POST', '', body)
  expect([response.status, await response.json()]).toMatchObject([400, { code }])
})

test('nobody fills the database with views, not even all at once', async () => {
  const hoarder = { sub: 'auth0|hoarder', permissions: ['read:users'] }
  for (let made = 0; made < 195; made += 1) await create(hoarder, { name: `${made}` })
  const last = await Promise.all(
    Array.from({ length: 8 }, () => ask(hoarder, 'POST', '', { name: 'more', columns: ['name'] })),
  )
  expect(last.map(({ status }) => status).sort()).toEqual([201, 201, 201, 201, 201, 409, 409, 409])
})
