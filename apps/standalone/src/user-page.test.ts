import { openDatabase, sql } from '@rollcall/database'
import {
  AccessExplanation,
  RelatedUsers,
  UserBlocks,
  UserCounts,
  UserFactors,
  UserIdentities,
  UserOrganizations,
  UserPermissions,
  UserRefreshTokens,
  UserRoles,
  UserSessions,
  UserPage,
  UserTimeline,
} from '@rollcall/contracts/admin-api'
import { createLogger } from '@rollcall/http-kit'
import { listenLocally } from '@rollcall/program'
import { createRollcall } from '@rollcall/server'
import { createTenantClient } from '@rollcall/tenant-client'
import express from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { z } from 'zod'
import { manages, type Manage } from './testing/manage.ts'
import { signIn } from './testing/sign-in.ts'
import { startStandalone, type TestStandalone } from './testing/start-standalone.ts'

/** Everything about one user, through Rollcall's API, the SDK and the local tenant. */
let standalone: TestStandalone
let manager: string
/** May do something else. */
let lacking: string
let manage: Manage
/** Somebody of whom there is something in every part. */
let ada: string
let ids: { editor: string; reader: string; initech: string }
const api = 'https://invoices.example/'
const password = 'Correct-Horse-9-Battery'
const email = 'ada@user-page.example'
const connection = 'Username-Password-Authentication'
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

beforeAll(async () => {
  standalone = await startStandalone({ demoUsers: 40 })
  const { audience, m2m } = standalone.tenant.credentials
  manager = await standalone.token({ audience, ...m2m })
  manage = manages(standalone.tenant)
  lacking = await withScopes(audience, ['export:users'], () => standalone.token({ audience, ...m2m }))
  await standalone.directoryFilled(manager)
  await makeAda()
})
afterAll(() => standalone.close())

const at = (userId: string, part: string) => `/api/users/${encodeURIComponent(userId)}/${part}`
const read = async <Schema extends z.ZodType>(
  schema: Schema,
  part: string,
  userId = ada,
): Promise<z.output<Schema>> => {
  const response = await standalone.ask(at(userId, part), manager)
  const body: unknown = await response.json()
  expect([part, response.status, body]).toEqual([part, 200, expect.anything()])
  return schema.parse(body)
}
const make = async (path: string, body: unknown): Promise<Record<string, string>> => {
  const answer = await manage('POST', path, body)
  expect([path, answer.status, answer.body]).toEqual([path, expect.toSatisfy((status) => status < 300), answer.body])
  return answer.body as Record<string, string>
}
const permission = (name: string) => ({ resource_server_identifier: api, permission_name: name })
const signUp = async (profile: Record<string, unknown>) =>
  (await make('/users', { connection, password, ...profile })).user_id ?? ''

/** Does something while the server's own application is granted other scopes. */
async function withScopes<Answer>(audience: string, scopes: string[], act: () => Promise<Answer>): Promise<Answer> {
  const { clientId } = standalone.tenant.credentials.m2m
  const { body } = await manage('GET', `/client-grants?client_id=${clientId}`)
  const grant = (body as { id: string; audience: string; scope: string[] }[]).find((one) => one.audience === audience)
  await manage('PATCH', `/client-grants/${grant?.id}`, { scope: scopes })
  try {
    return await act()
  } finally {
    await manage('PATCH', `/client-grants/${grant?.id}`, { scope: grant?.scope })
  }
}

async function makeAda(): Promise<void> {
  const scopes = ['read', 'write', 'pay', 'audit'].map((verb) => ({ value: `${verb}:invoices` }))
  await make('/resource-servers', { name: 'Invoices', identifier: api, scopes })
  const [editor, reader] = [
    await make('/roles', { name: 'Editor of invoices' }),
    await make('/roles', { name: 'Reader' }),
  ]
  const initech = await make('/organizations', { name: 'initech-two', display_name: 'Initech Two' })
  ids = { editor: editor.id ?? '', reader: reader.id ?? '', initech: initech.id ?? '' }
  await make(`/roles/${ids.editor}/permissions`, { permissions: [permission('read:invoices'), permission('write:invoices')] }) // prettier-ignore
  await make(`/roles/${ids.reader}/permissions`, { permissions: [permission('read:invoices'), permission('audit:invoices')] }) // prettier-ignore

  ada = await signUp({ email, name: 'Ada Lovelace', email_verified: true })
  const path = `/users/${encodeURIComponent(ada)}`
  const linked = await signUp({ email: 'linked@user-page.example', name: 'Linked' })
  await make(`${path}/identities`, { provider: 'auth0', user_id: linked })
  await make(`${path}/permissions`, { permissions: [permission('pay:invoices')] })
  await make(`${path}/roles`, { roles: [ids.editor] })
  await make(`/organizations/${ids.initech}/members`, { members: [ada] })
  await make(`/organizations/${ids.initech}/members/${encodeURIComponent(ada)}/roles`, { roles: [ids.reader] })
  await make(`${path}/authentication-methods`, { type: 'phone', phone_number: '+15551234567' })
  const redirectUri = `${standalone.url}/`
  await signIn(standalone.tenant, { email, password, redirectUri, userAgent: firefox })
  const database = openDatabase({ url: standalone.databaseUrl, schema: 'tenant', poolSize: 1 })
  await sql`INSERT INTO user_blocks (identifier, ip, user_id) VALUES (${email}, '203.0.113.9', ${ada})`.execute(
    database.db,
  )
  // What no answer may show, wherever a tenant might keep it.
  const secrets = JSON.stringify({ email: 'linked@user-page.example', name: 'Linked', access_token: 'idp-secret', refresh_token: 'idp-secret' }) // prettier-ignore
  await sql`UPDATE identities SET profile_data = ${secrets}::jsonb WHERE user_id = ${ada} AND position = 1`.execute(
    database.db,
  )
  await database.close()
}

const parts = ['summary', 'identities', 'roles', 'permissions', `access?permission=x&api=y`, 'organizations', 'sessions', 'refresh-tokens', 'factors', 'blocks', 'related', 'timeline'] // prettier-ignore

test.each(parts)('%s: not without the permission, not of nobody, and nothing secret in it', async (part) => {
  const nobody = await standalone.ask(at('auth0|nobody', part), manager)
  expect([nobody.status, await nobody.json()]).toMatchObject([404, { code: 'user-not-found' }])
  const granted = await standalone.ask(at(ada, part), manager)
  expect([granted.status, granted.headers.get('cache-control')]).toEqual([200, 'no-store'])
  expect(await granted.text()).not.toMatch(/idp-secret|argon2|password_?hash|Correct-Horse/i)
  expect((await standalone.ask(at(ada, part))).status).toBe(401)
  const refused = await standalone.ask(at(ada, part), lacking)
  expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'permission-missing' }])
})

test('roles are told with how somebody comes by them', async () => {
  const { roles, organizationsProblem } = await read(UserRoles, 'roles')
  expect(organizationsProblem).toBeNull()
  expect(roles).toMatchObject([
    { roleId: ids.editor, name: 'Editor of invoices', sources: [{ kind: 'direct' }] },
    { name: 'Reader', sources: [{ kind: 'organization', organization: { displayName: 'Initech Two' } }] },
  ])
})

test('permissions are told once, with every way they come by', async () => {
  const { permissions } = await read(UserPermissions, 'permissions')
  const told = Object.fromEntries(permissions.map((one) => [one.permission, one.sources.map(({ kind }) => kind)]))
  expect(told).toEqual({
    'audit:invoices': ['organization'],
    'pay:invoices': ['direct'],
    'read:invoices': ['role', 'organization'],
    'write:invoices': ['role'],
  })
  expect(permissions[0]?.api).toEqual({ identifier: api, name: 'Invoices' })
})

test('why somebody has a permission, and who else has it by the same role', async () => {
  const other = await signUp({ email: 'other-editor@user-page.example' })
  await make(`/users/${encodeURIComponent(other)}/roles`, { roles: [ids.editor] })
  const ask = (name: string) => read(AccessExplanation, `access?permission=${name}&api=${encodeURIComponent(api)}`)
  await expect.poll(async () => (await ask('read:invoices')).holders?.[0]?.users, { timeout: 10_000 }).toBe(2)
  const explained = await ask('read:invoices')
  expect(explained).toMatchObject({
    api: { name: 'Invoices' },
    paths: [
      { kind: 'role', role: { roleId: ids.editor } },
      { kind: 'organization', organization: { organizationId: ids.initech }, role: { name: 'Reader' } },
    ],
  })
  const filter = encodeURIComponent(explained.holders?.[0]?.filter ?? '')
  const found = (await (await standalone.ask(`/api/users?filter=${filter}`, manager)).json()) as { users: { userId: string }[] } // prettier-ignore
  expect(found.users.map(({ userId }) => userId).sort()).toEqual([ada, other].sort())
  expect(await ask('fly:invoices')).toMatchObject({ api: null, paths: [], holders: [] })
})

test('organizations are told with what somebody is there', async () => {
  expect(await read(UserOrganizations, 'organizations')).toEqual({
    organizations: [
      {
        organizationId: ids.initech,
        name: 'initech-two',
        displayName: 'Initech Two',
        roles: [{ roleId: ids.reader, name: 'Reader' }],
      },
    ],
    rolesProblem: null,
  })
})

test('identities are told with what their provider says, and without its tokens', async () => {
  const { identities } = await read(UserIdentities, 'identities')
  expect(identities).toMatchObject([
    { isPrimary: true, connection, profile: { email } },
    { isPrimary: false, provider: 'auth0', profile: { name: 'Linked', email: 'linked@user-page.example' } },
  ])
})

test('where somebody is signed in, and what they gave lasting access', async () => {
  const { sessions, isComplete } = await read(UserSessions, 'sessions')
  const application = { name: 'Rollcall dashboard', clientId: standalone.tenant.credentials.spa.clientId }
  expect(isComplete).toBe(true)
  expect(sessions).toMatchObject([{ device: { userAgent: firefox }, applications: [application] }])
  const { refreshTokens } = await read(UserRefreshTokens, 'refresh-tokens')
  expect(refreshTokens).toMatchObject([
    { isRotating: true, application, sessionId: sessions[0]?.sessionId, device: { userAgent: firefox } },
  ])
})

test('second factors are told without what is secret of them, and blocks by address', async () => {
  const { factors } = await read(UserFactors, 'factors')
  expect(factors).toMatchObject([{ kind: 'phone', hint: 'XXXXXXXX4567', isConfirmed: true, lastUsedAt: null }])
  expect(await read(UserBlocks, 'blocks')).toEqual({
    blocks: [{ identifier: email, address: '203.0.113.9', connection: null }],
  })
})

test('other accounts with the same address are found, whatever its case', async () => {
  const { body } = await manage('GET', '/users?q=identities.provider:github&per_page=1&search_engine=v3')
  const [github] = body as { user_id: string; email: string }[]
  const twin = await signUp({ email: github?.email })
  await expect
    .poll(async () => (await read(RelatedUsers, 'related', twin)).users.map(({ userId }) => userId), {
      timeout: 10_000,
    })
    .toContain(github?.user_id)
  expect((await read(RelatedUsers, 'related')).count).toBe(0)
})

test('the timeline tells what somebody did and what was done to them, page by page and by kind', async () => {
  const timeline = await read(UserTimeline, 'timeline')
  const kinds = new Set(timeline.entries.map(({ kind }) => kind))
  expect([...kinds]).toEqual(expect.arrayContaining(['sign-in', 'account', 'change']))
  const moments = timeline.entries.map(({ at: moment }) => moment)
  expect(moments).toEqual([...moments].sort().reverse())
  const { entries } = await read(UserTimeline, 'timeline?kind=sign-in')
  expect(new Set(entries.map(({ kind }) => kind))).toEqual(new Set(['sign-in']))
  const changed = (await read(UserTimeline, 'timeline?kind=change')).entries.map(({ description }) => description)
  expect(changed).toContain('Assign roles to a user')

  for (let time = 0; time < 60; time += 1)
    await manage('PATCH', `/users/${encodeURIComponent(ada)}`, { nickname: `ada ${time}` })
  const first = await read(UserTimeline, 'timeline?kind=change')
  await manage('PATCH', `/users/${encodeURIComponent(ada)}`, { nickname: 'meanwhile' })
  const second = await read(UserTimeline, `timeline?kind=change&after=${first.next}`)
  const all = [...first.entries, ...second.entries].map(({ entryId }) => entryId)
  expect([first.entries.length, second.next, new Set(all).size]).toEqual([50, null, all.length])
  expect(all.length).toBeGreaterThanOrEqual(60)
})

test('what staff did stands in the timeline where it belongs, for those who may read the audit log', async () => {
  const someone = await signUp({ email: 'timeline@user-page.example', name: 'Timeline' })
  const act = (name: string, reason: string) =>
    fetch(`${standalone.url}${at(someone, `actions/${name}`)}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${manager}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reason }),
    })
  expect((await act('user.block', 'first')).status).toBe(200)
  // As many entries of the tenant's log as a page has: the first action lies behind them.
  for (let time = 0; time < 50; time += 1)
    await manage('PATCH', `/users/${encodeURIComponent(someone)}`, { nickname: `nick ${time}` })
  expect((await act('user.unblock', 'second')).status).toBe(200)
  const first = await read(UserTimeline, 'timeline', someone)
  const second = await read(UserTimeline, `timeline?after=${first.next}`, someone)
  const both = [first, second].map(({ entries }) => entries.filter(({ kind }) => kind === 'staff').map(({ type, description, actorId, application }) => [type, description, actorId !== null, application !== null])) // prettier-ignore
  expect(both).toEqual([[['user.unblock', 'second', true, true]], [['user.block', 'first', true, true]]])
  const moments = [...first.entries, ...second.entries].map(({ at: moment }) => moment)
  expect(moments).toEqual([...moments].sort().reverse())
  const only = await read(UserTimeline, 'timeline?kind=staff', someone)
  expect([only.entries.map(({ type }) => type), only.next]).toEqual([['user.unblock', 'user.block'], null])
})

test('notes and tags are found by the filter, are a column and in exports, and reach open lists', async () => {
  const changes = await standalone.ask('/api/changes', manager)
  const events = changes.body?.pipeThrough(new TextDecoderStream()).getReader()
  const write = (method: string, part: string, body: unknown) =>
    fetch(standalone.url + at(ada, part), {
      method,
      headers: { authorization: `Bearer ${manager}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  expect((await write('PUT', 'tags', { tags: ['VIP', 'needs call'] })).status).toBe(200)
  let told = ''
  while (!told.includes(ada)) {
    const { value, done } = (await events?.read()) ?? { done: true }
    expect(done).toBe(false)
    told += value
  }
  await events?.cancel()
  expect((await write('POST', 'notes', { text: 'Wants a refund, says Zoë.' })).status).toBe(201)

  const find = async (filter: string) => {
    const query = new URLSearchParams({ filter, columns: 'tags' })
    const response = await standalone.ask(`/api/users?${query.toString()}`, manager)
    return UserPage.parse(await response.json()).users.map(({ userId, columns }) => [userId, columns.tags])
  }
  const found = [[ada, ['needs call', 'VIP']]]
  for (const filter of [
    'tag:vip',
    'tag:"needs call"',
    '_exists_:tag',
    'note:REFUND',
    'note:"says zoe"',
    '_exists_:note',
  ])
    expect([filter, await find(filter)]).toEqual([filter, found])
  expect(await find('_exists_:tag NOT tag:vi*')).toEqual([])
  expect(await find('tag:vi')).toEqual([])
  const values = await standalone.ask('/api/users/field-values?field=tag', manager)
  expect(await values.json()).toMatchObject({
    values: [
      { value: 'needs call', users: 1 },
      { value: 'VIP', users: 1 },
    ],
  })
  const file = await standalone.ask(`/api/users/export?filter=tag:vip&columns=user_id,tags`, manager)
  expect(await file.text()).toContain(`${ada},needs call; VIP`)
})

test('how much there is to somebody is told at once', async () => {
  const counts = await read(UserCounts, 'summary')
  expect(Object.fromEntries(Object.entries(counts).map(([part, { count }]) => [part, count]))).toEqual({
    identities: 2,
    roles: 1,
    permissions: 3,
    organizations: 1,
    sessions: 1,
    refreshTokens: 1,
    factors: 1,
    blocks: 1,
    related: 0,
  })
})

test('a part that the tenant refuses names the scope it wants, and fails alone', async () => {
  const { url, credentials, issuers } = standalone.tenant
  const some = ['read:users', 'read:roles', 'read:refresh_tokens', 'read:authentication_methods']
  await withScopes(`${url}/api/v2/`, some, async () => {
    // Another server, whose token is from now, and that keeps no copy.
    const client = createTenantClient({ domain: url, ...credentials.m2m })
    const auth = { domain: url, audience: credentials.audience, spaClientId: credentials.spa.clientId, issuers }
    const narrow = createRollcall({ auth, tenant: client, logger: createLogger({ level: 'silent' }) })
    const server = await listenLocally(0)
    server.serve(express().use(narrow))
    const ask = async (part: string) => {
      const headers = { authorization: `Bearer ${manager}` }
      const response = await fetch(`http://localhost:${server.port}${at(ada, part)}`, { headers })
      return { status: response.status, body: (await response.json()) as unknown }
    }
    const missing = { code: 'tenant-scope-missing', missingScopes: ['read:sessions'] }
    expect(await ask('sessions')).toMatchObject({ status: 502, body: missing })
    const counts = UserCounts.parse((await ask('summary')).body)
    expect(counts.sessions).toMatchObject({ count: null, problem: missing })
    expect([counts.refreshTokens.count, counts.related.count]).toEqual([1, 0])
    expect((await ask('roles')).body).toMatchObject({
      roles: [{ roleId: ids.editor }],
      organizationsProblem: { missingScopes: ['read:organizations'] },
    })
    expect((await ask('refresh-tokens')).body).toMatchObject({ refreshTokens: [{ application: { name: null } }] })
    expect((await ask(`access?permission=pay:invoices&api=${api}`)).body).toMatchObject({ holders: null })
    await server.close()
    await narrow.close()
    await client.close()
  })
})
