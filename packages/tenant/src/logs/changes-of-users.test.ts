import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from '@rollcall/database'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { TestBrowser } from '../testing/browser.ts'
import { connectionIdOf, databaseConnection, makeUser, post } from '../testing/make.ts'
import type { TestUser } from '../testing/make.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'
import { changesToldBy } from './changes-told-by.ts'
import type { LogEvent } from './log-event.ts'
import { logUnloggedChanges } from './log-unlogged-changes.ts'

let tenant: TestTenant
let twin: TestTenant
beforeAll(async () => {
  tenant = await startTestTenant()
  twin = await startTestTenant(tenant) // a second process on the same database
})
afterAll(async () => {
  await twin.close()
  await tenant.close()
})

type Entry = LogEvent & { log_id: string }
let checkpoint = ''
/** Reads on from the last entry seen, as whoever keeps a copy of the users does. */
async function follow(): Promise<Entry[]> {
  const seen: Entry[] = []
  for (;;) {
    const { body } = await tenant.api('GET', `/logs?take=100${checkpoint === '' ? '' : `&from=${checkpoint}`}`)
    const page = body as Entry[]
    seen.push(...page)
    checkpoint = page.at(-1)?.log_id ?? checkpoint
    if (page.length === 0) return seen
  }
}
beforeEach(async () => {
  await logUnloggedChanges(tenant.tenant.context, 0)
  await follow()
})

const path = (userId: string) => `/users/${encodeURIComponent(userId)}`
const idOf = async (answer: Promise<{ body: unknown }>) => ((await answer).body as { id: string }).id
const makeRole = () => idOf(tenant.api('POST', '/roles', { name: `role-${randomUUID()}` }))
const makeOrganization = () => idOf(tenant.api('POST', '/organizations', { name: `org-${randomUUID().slice(0, 8)}` }))
const unlogged = () => tenant.tenant.context.db.selectFrom('unlogged_changes').select(['what', 'id']).execute()
const isAbout = (entry: LogEvent, userId: string) => changesToldBy(entry).some(({ id }) => id === userId)

async function importUser(email: string): Promise<string> {
  const form = new FormData()
  form.set('connection_id', await connectionIdOf(tenant, databaseConnection))
  form.set('users', new Blob([JSON.stringify([{ email }])], { type: 'application/json' }), 'users.json')
  const headers = { authorization: `Bearer ${await tenant.managementToken()}` }
  const response = await fetch(`${tenant.http}/api/v2/jobs/users-imports`, { method: 'POST', headers, body: form })
  const { id } = (await response.json()) as { id: string }
  await expect.poll(async () => (await tenant.api('GET', `/jobs/${id}`)).body).toMatchObject({ status: 'completed' })
  const { body } = await tenant.api('GET', `/users-by-email?email=${email}`)
  return (body as { user_id: string }[])[0]?.user_id ?? ''
}

async function signUp(): Promise<string> {
  const who = { email: `${randomUUID()}@example.com`, password: randomUUID() }
  const { body } = await post(tenant, '/dbconnections/signup', { client_id: tenant.spa.clientId, connection: databaseConnection, ...who }) // prettier-ignore
  return `auth0|${body._id ?? ''}`
}

/** What changes a user, whom it changes, and the entries of Auth0 that it leaves. */
const changes: [string, (user: TestUser) => Promise<unknown>, string[]][] = [
  ['name and metadata', ({ userId }) => tenant.api('PATCH', path(userId), { name: 'Ada', app_metadata: { a: { b: 1 } } }), ['sapi']],
  ['a block', ({ userId }) => tenant.api('PATCH', path(userId), { blocked: true }), ['sapi']],
  ['another e-mail address', ({ userId }) => tenant.api('PATCH', path(userId), { email: `${randomUUID()}@example.com` }), ['sapi']],
  ['another password', ({ userId }) => tenant.api('PATCH', path(userId), { password: randomUUID() }), ['sapi']],
  ['a role, given to the user', async ({ userId }) => tenant.api('POST', `${path(userId)}/roles`, { roles: [await makeRole()] }), ['sapi']],
  ['a role, to which the user is added', async ({ userId }) => tenant.api('POST', `/roles/${await makeRole()}/users`, { users: [userId] }), ['sapi']],
  ['a permission', ({ userId }) => tenant.api('POST', `${path(userId)}/permissions`, { permissions: [{ resource_server_identifier: tenant.audience, permission_name: 'read:users' }] }), ['sapi']],
  ['membership, and a role in it', async ({ userId }) => {
    const organization = await makeOrganization()
    await tenant.api('POST', `/organizations/${organization}/members`, { members: [userId] })
    await tenant.api('POST', `/organizations/${organization}/members/${encodeURIComponent(userId)}/roles`, { roles: [await makeRole()] })
    await tenant.api('DELETE', `/organizations/${organization}/members`, { members: [userId] })
  }, ['sapi']],
  ['a second factor, and its end', async ({ userId }) => {
    const id = await idOf(tenant.api('POST', `${path(userId)}/authentication-methods`, { type: 'phone', phone_number: '+15550100' }))
    await tenant.api('DELETE', `/guardian/enrollments/${id}`)
  }, ['sapi', 'gd_unenroll']],
  ['a sign-in', (user) => new TestBrowser(tenant.http).signIn(tenant, {}, user), ['s']],
  ['deletion', ({ userId }) => tenant.api('DELETE', path(userId)), ['sapi', 'sdu']],
  ['deletion by connection and e-mail address', async ({ email }) => tenant.api('DELETE', `/connections/${await connectionIdOf(tenant, databaseConnection)}/users?email=${email}`), ['sdu']],
] // prettier-ignore

test.each(changes)('the log names who was changed: %s', async (_name, change, types) => {
  const user = await makeUser(tenant)
  await follow()
  await change(user)
  const about = (await follow()).filter((entry) => isAbout(entry, user.userId))
  expect(about.map(({ type }) => type)).toEqual(expect.arrayContaining(types))
  expect(await unlogged()).toEqual([])
})

test.each([
  ['by the Management API', async () => (await makeUser(tenant)).userId, ['ss', 'sapi']],
  ['by themself', signUp, ['ss']],
  ['by an import', () => importUser(`${randomUUID()}@example.com`), ['sui']],
] as [string, () => Promise<string>, string[]][])('the log names who is new: %s', async (_name, create, types) => {
  const userId = await create()
  const about = (await follow()).filter((entry) => isAbout(entry, userId))
  expect(about.map(({ type }) => type)).toEqual(expect.arrayContaining(types))
  // Who signed up is told from who was created.
  const isSignUp = about.filter(({ type }) => type === 'ss').map(({ details }) => (details?.body as { is_signup?: boolean } | undefined)?.is_signup) // prettier-ignore
  expect(isSignUp).toEqual(types[0] === 'ss' ? [types.includes('sapi') ? false : undefined] : [])
  expect(await unlogged()).toEqual([])
})

test('a thousand members that are added at once are all named', async () => {
  const users = Array.from({ length: 1000 }, (_unused, index) => `auth0|${String(index).padStart(24, '0')}`)
  const details = { request: { path: '/api/v2/roles/rol_1/users', body: { users } }, response: { body: {} } }
  expect(changesToldBy({ type: 'sapi', details })).toEqual(users.map((id) => ({ what: 'roles of user', id })))
  const role = await makeRole()
  await tenant.api('POST', `/roles/${role}/users`, { users })
  const refused = (await follow()).find(({ type }) => type === 'fapi')
  expect(refused?.details).toMatchObject({ request: { body: { users } } })
})

/** Changes whose entry speaks of something else: a role, an organization, a connection, another user. */
const entailed: [string, (user: TestUser) => Promise<unknown>, string][] = [
  ['the end of a role', async ({ userId }) => {
    const role = await makeRole()
    await tenant.api('POST', `/roles/${role}/users`, { users: [userId] })
    await follow()
    await tenant.api('DELETE', `/roles/${role}`)
  }, 'wum'],
  ['the end of an organization', async ({ userId }) => {
    const organization = await makeOrganization()
    await tenant.api('POST', `/organizations/${organization}/members`, { members: [userId] })
    await follow()
    await tenant.api('DELETE', `/organizations/${organization}`)
  }, 'wum'],
  ['being linked to another account', async ({ userId }) => tenant.api('POST', `${path((await makeUser(tenant)).userId)}/identities`, { provider: 'auth0', user_id: userId }), 'sdu'],
  ['being an account of its own again', async ({ userId }) => {
    const primary = path((await makeUser(tenant)).userId)
    await tenant.api('POST', `${primary}/identities`, { provider: 'auth0', user_id: userId })
    await logUnloggedChanges(tenant.tenant.context, 0)
    await follow()
    await tenant.api('DELETE', `${primary}/identities/auth0/${userId.slice(6)}`)
  }, 'wum'],
] // prettier-ignore

test.each(entailed)('who was changed by %s is named soon after', async (_name, change, type) => {
  const user = await makeUser(tenant)
  // An entry of their creation that came after the change would tell of it too, by another type.
  const told: string[] = []
  await expect
    .poll(async () => {
      const about = (await follow()).filter((entry) => isAbout(entry, user.userId))
      told.push(...about.map((entry) => entry.type))
      return told
    })
    .toEqual(['ss', 'sapi'])
  await change(user)
  await logUnloggedChanges(tenant.tenant.context, 0)
  expect((await follow()).filter(({ user_id: id }) => id === user.userId).map((entry) => entry.type)).toContain(type)
  expect(await unlogged()).toEqual([])
})

test('the end of a connection names everybody who had their account there, and who had it linked', async () => {
  const name = `gone-${randomUUID().slice(0, 8)}`
  const connection = await idOf(tenant.api('POST', '/connections', { name, strategy: 'auth0' }))
  const make = async () => ((await tenant.api('POST', '/users', { connection: name, email: `${randomUUID()}@example.com`, password: randomUUID() })).body as { user_id: string }).user_id // prettier-ignore
  const [own, linked, primary] = [await make(), await make(), (await makeUser(tenant)).userId]
  await tenant.api('POST', `${path(primary)}/identities`, { provider: 'auth0', user_id: linked })
  await logUnloggedChanges(tenant.tenant.context, 0)
  await follow()
  expect((await tenant.api('DELETE', `/connections/${connection}`)).status).toBe(202)
  await logUnloggedChanges(tenant.tenant.context, 0)
  const entries = await follow()
  expect(entries).toContainEqual(expect.objectContaining({ type: 'sdu', user_id: own }))
  expect(entries).toContainEqual(expect.objectContaining({ type: 'wum', user_id: primary }))
})

test('a change whose process died before it was logged is logged by another, without being asked', async () => {
  const user = await makeUser(tenant)
  await follow()
  await tenant.tenant.context.db.updateTable('users').set({ name: 'Unheard' }).where('user_id', '=', user.userId).execute() // prettier-ignore
  expect(await unlogged()).toEqual([{ what: 'user', id: user.userId }])
  await expect.poll(follow, { timeout: 15_000, interval: 500 }).toContainEqual(expect.objectContaining({ type: 'wum', user_id: user.userId })) // prettier-ignore
})

test('an entry that tells of one part of a user takes no other part’s entry away', async () => {
  const { db } = tenant.tenant.context
  const user = await makeUser(tenant)
  const [role, organization] = [await makeRole(), await makeOrganization()]
  await follow()
  // As by a process that died before it logged them.
  await db.insertInto('user_roles').values({ user_id: user.userId, role_id: role, assigned_at: new Date() }).execute()
  await db.insertInto('organization_members').values({ user_id: user.userId, organization_id: organization, added_at: new Date() }).execute() // prettier-ignore
  await tenant.api('PATCH', path(user.userId), { name: 'Ada' })
  await tenant.api('DELETE', `${path(user.userId)}/roles`, { roles: [await makeRole()] })
  await follow()
  expect(await unlogged()).toEqual([{ what: 'organizations of user', id: user.userId }])
  await logUnloggedChanges(tenant.tenant.context, 0)
  expect(await follow()).toContainEqual(expect.objectContaining({ type: 'wum', user_id: user.userId }))
})

test.each(['roles', 'organizations'] as const)('changes of %s that were not logged are logged by another', async (noun) => {
  const { db } = tenant.tenant.context
  const [renamed, gone] = noun === 'roles' ? [await makeRole(), await makeRole()] : [await makeOrganization(), await makeOrganization()] // prettier-ignore
  await follow()
  expect(await unlogged()).toEqual([])
  await db.updateTable(noun).set({ name: randomUUID() }).where('id', '=', renamed).execute()
  await db.deleteFrom(noun).where('id', '=', gone).execute()
  await logUnloggedChanges(tenant.tenant.context, 0)
  const told = (await follow()).map(({ details }) => details?.request)
  const entry = (method: string, id: string) => ({ method, path: `/api/v2/${noun}/${id}` })
  expect(told).toEqual(expect.arrayContaining([entry('patch', renamed), entry('delete', gone)]))
  expect(await unlogged()).toEqual([])
}) // prettier-ignore

test('what tells of no change, such as a failed attempt or a token, takes no change’s entry away', async () => {
  const user = await makeUser(tenant)
  await follow()
  await tenant.tenant.context.db.updateTable('users').set({ name: 'Unheard' }).where('user_id', '=', user.userId).execute() // prettier-ignore
  await new TestBrowser(tenant.http).logIn(tenant, {}, { ...user, password: 'wrong' })
  for (const type of ['seacft', 'slo', 'svr']) tenant.tenant.context.logs.write({ type, user_id: user.userId })
  await tenant.tenant.context.logs.flush()
  await logUnloggedChanges(tenant.tenant.context, 0)
  expect(await follow()).toContainEqual(expect.objectContaining({ type: 'wum', user_id: user.userId }))
})

test('what was done is logged although its caller did not wait for the answer', async () => {
  const user = await makeUser(tenant)
  await follow()
  const gone = new AbortController()
  const { db } = tenant.tenant.context
  const token = await tenant.managementToken()
  // The row is held, so that the caller is gone before the write is done.
  await db.transaction().execute(async (trx) => {
    await sql`SELECT 1 FROM users WHERE user_id = ${user.userId} FOR UPDATE`.execute(trx)
    const request = fetch(`${tenant.http}/api/v2${path(user.userId)}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Left early' }),
      signal: gone.signal,
    })
    const waiting = sql<{ waits: boolean }>`SELECT count(*) > 0 AS waits FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()` // prettier-ignore
    await expect.poll(async () => (await waiting.execute(db)).rows[0]?.waits).toBe(true)
    gone.abort()
    await expect(request).rejects.toThrow()
  })
  await expect.poll(async () => (await follow()).map(({ type, details }) => ({ type, ...details })), { timeout: 10_000 }).toContainEqual(expect.objectContaining({ type: 'sapi', request: expect.objectContaining({ body: { name: 'Left early' } }) as unknown })) // prettier-ignore
})

test('of many processes that write at once, no entry appears behind whoever reads on', async () => {
  let isWriting = true
  const perWriter = 150
  const writers = [tenant, twin].flatMap((one) =>
    [1, 2, 3].map(async (place) => {
      for (let number = 0; number < perWriter; number += 1) {
        const name = `${one === tenant ? 'a' : 'b'}${place}-${number}`
        one.tenant.context.logs.write({ type: 'slo', description: name })
        // Batches of many sizes, stored at once by both.
        if (number % 7 === place) await one.tenant.context.logs.flush()
        else if (number % 5 === 0) await wait(1)
      }
      await one.tenant.context.logs.flush()
    }),
  )
  const { db } = tenant.tenant.context
  let last = checkpoint
  const seen: unknown[] = []
  const read = async () => {
    const rows = await db.selectFrom('logs').select(['log_id', 'body']).where('log_id', '>', last).orderBy('log_id').limit(40).execute() // prettier-ignore
    last = rows.at(-1)?.log_id ?? last
    seen.push(...rows.map(({ body }) => body.description))
    return rows.length
  }
  const reader = (async () => {
    while (isWriting) await read()
    while ((await read()) > 0);
  })()
  await Promise.all(writers)
  isWriting = false
  await reader
  const written = seen.filter((name) => /^[ab]\d-\d+$/.test(String(name)))
  expect(new Set(written).size).toBe(6 * perWriter)
  expect(written).toHaveLength(6 * perWriter)
})

test('a clock that is set back makes no entry older than those before', async () => {
  const { db, logs } = tenant.tenant.context
  const ahead = `90029991231235959${'0'.repeat(39)}`
  await db.insertInto('logs').values({ log_id: ahead, date: new Date(), type: 'slo', user_id: null, body: '{}' }).execute() // prettier-ignore
  try {
    logs.write({ type: 'slo', description: 'later' })
    await logs.flush()
    const after = await db.selectFrom('logs').select('body').where('log_id', '>', ahead).execute()
    expect(after).toEqual([{ body: { description: 'later' } }])
  } finally {
    await db.deleteFrom('logs').where('log_id', '>=', ahead).execute()
  }
})

test('what changes everybody says so in one entry', async () => {
  const control = (name: string, body?: unknown) =>
    fetch(`${tenant.http}/control/${name}`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${tenant.m2m.clientId}:${tenant.m2m.clientSecret}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body ?? {}),
    })
  const everyone = (reason: string) => expect.objectContaining({ type: 'wum', description: 'All users may have changed', details: { reason } }) as unknown // prettier-ignore
  await control('snapshots/before')
  await control('seed', { users: 30 })
  expect(await follow()).toContainEqual(everyone('Demo users were added'))
  await control('snapshots/before/restore')
  expect(await follow()).toContainEqual(everyone('A snapshot was restored'))
  expect(await unlogged()).toEqual([])
})
