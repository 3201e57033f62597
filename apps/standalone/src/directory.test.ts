import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from '@rollcall/database'
import type { Directory, DirectoryChange } from '@rollcall/server'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { differences } from './testing/differences.ts'
import { startDirectories, type TestDirectories } from './testing/start-directory.ts'

/** The directory beside the tenant that it copies, both real, in one database. */
let all: TestDirectories
let directory: Directory
beforeAll(async () => {
  all = await startDirectories({ demoUsers: 300 })
  directory = all.directory()
  directory.start()
  await vi.waitFor(async () => expect(await directory.status()).toMatchObject({ state: 'current', pending: 0 }), 20_000)
})
afterAll(() => all.close())

const db = () => all.bothSides
const becomesEqual = () => expect.poll(() => differences(db()), { timeout: 10_000 }).toEqual([])
const rowOf = (userId: string) => all.store.db.selectFrom('users').selectAll().where('user_id', '=', userId).executeTakeFirst() // prettier-ignore
const path = (userId: string) => `/users/${encodeURIComponent(userId)}`
let made = 0
async function makeUser(profile: Record<string, unknown> = {}): Promise<string> {
  made += 1
  const { status, body } = await all.manage('POST', '/users', {
    connection: 'Username-Password-Authentication',
    email: `made${made}@example.com`,
    password: 'Correct-Horse-9-Battery',
    ...profile,
  })
  expect(status).toBe(201)
  return (body as { user_id: string }).user_id
}
async function make(path: string, body: unknown): Promise<string> {
  return ((await all.manage('POST', path, body)).body as { id: string }).id
}

test('a fill copies everybody to the row, with roles and organizations', async () => {
  expect(await differences(db())).toEqual([])
  const { rows } = await sql<{ users: number; roles: number }>`
    SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM user_roles) AS roles`.execute(db())
  expect(rows[0]).toMatchObject({ users: 301 })
  expect(rows[0]?.roles).toBeGreaterThan(10)
})

test('who is created, changed, blocked or deleted by others is so here a moment later', async () => {
  const userId = await makeUser({ name: 'Zoë Ñandú', user_metadata: { plan: 'pro' } })
  await expect.poll(() => rowOf(userId)).toMatchObject({ name: 'Zoë Ñandú', name_key: 'zoe nandu', blocked: false })
  await all.manage('PATCH', path(userId), { blocked: true, app_metadata: { crm: { id: '003X' } } })
  await expect.poll(() => rowOf(userId)).toMatchObject({ blocked: true, app_metadata: { crm: { id: '003X' } } })
  await all.manage('DELETE', path(userId))
  await expect.poll(() => rowOf(userId)).toBeUndefined()
  await becomesEqual()
})

test('what PostgreSQL cannot store in a text is replaced, and the user is there', async () => {
  const user = await all.client.users.get(await makeUser())
  const metadata = { half: '\ud83d', nul: 'a\0b', backslash: '\\u0000', quote: '"\\', whole: '👩‍🚀' }
  await directory.noteUser({ ...user, user_metadata: metadata, nickname: 'a\0b\udc00' })
  expect(await rowOf(user.user_id)).toMatchObject({
    nickname: 'a\ufffdb\ufffd',
    user_metadata: { ...metadata, half: '\ufffd', nul: 'a\ufffdb' },
  })
})

test('texts too long for an index are found by their beginning', async () => {
  const user = await all.client.users.get(await makeUser())
  const random = Array.from({ length: 2000 }, () => String.fromCodePoint(0x4e00 + Math.floor(Math.random() * 20_000)))
  const long = random.join('')
  await directory.noteUser({ ...user, name: long, nickname: long, given_name: long, family_name: long, username: long })
  expect(await rowOf(user.user_id)).toMatchObject({ name: long })
  const found = await sql`SELECT user_id FROM user_search WHERE txt LIKE ${`%${long.slice(0, 50)}%`}`.execute(db())
  expect(found.rows).toEqual([{ user_id: user.user_id }])
})

test('roles and organizations are followed, from whichever side they change', async () => {
  const [a, b, c] = [await makeUser(), await makeUser(), await makeUser()]
  const role = await make('/roles', { name: 'Archivist' })
  const organization = await make('/organizations', { name: 'archive', display_name: 'The archive' })
  await all.manage('POST', `${path(a)}/roles`, { roles: [role] })
  await all.manage('POST', `/roles/${role}/users`, { users: [b, c] })
  await all.manage('POST', `/organizations/${organization}/members`, { members: [a, b] })
  await becomesEqual()
  await all.manage('DELETE', `${path(b)}/roles`, { roles: [role] })
  await all.manage('DELETE', `/organizations/${organization}/members`, { members: [a] })
  await all.manage('PATCH', `/roles/${role}`, { name: 'Head archivist' })
  await all.manage('DELETE', path(c))
  await becomesEqual()
  await all.manage('DELETE', `/roles/${role}`)
  await all.manage('DELETE', `/organizations/${organization}`)
  await becomesEqual()
})

test('a new role is never known without its members being asked for, whenever its server dies', async () => {
  const userId = await makeUser()
  await expect.poll(() => rowOf(userId)).toBeDefined()
  await directory.close()
  await all.manage('POST', `${path(userId)}/roles`, { roles: [await make('/roles', { name: 'Curator' })] })
  await all.manage('GET', '/logs') // has written down what it is asked for
  // All that is left to be learnt is that there is another role.
  await sql`UPDATE directory_state SET checkpoint = (SELECT max(log_id) FROM tenant.logs)`.execute(db())
  await sql`INSERT INTO pending (kind, id, noted, since) VALUES ('roles', '', nextval('pending_notes'), now())`.execute(db()) // prettier-ignore
  // The moment between the one and the other, in which a server could die.
  await sql`ALTER TABLE pending ADD CONSTRAINT not_now CHECK (kind <> 'role') NOT VALID`.execute(db())
  directory = all.directory()
  directory.start()
  await expect.poll(async () => (await directory.status()).problem?.code).toBe('directory-failed')
  await sql`ALTER TABLE pending DROP CONSTRAINT not_now`.execute(db())
  await becomesEqual()
})

test.each([
  ['which organizations the user is of', /\/users\/[^/]+\/organizations/],
  ['which organizations there are', /\/organizations(\?|$)/],
  ['who its members are', /\/organizations\/[^/]+\/members|\/users\/[^/]+\/organizations/],
])('how fresh the copy is said to be is true while the tenant has yet to say %s', async (_what, question) => {
  const userId = await makeUser()
  await becomesEqual()
  await directory.close()
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  let isAsked = false
  const held = all.clientThrough(async (url, ask) => {
    if (!question.test(url)) return ask()
    isAsked = true
    await released
    return ask()
  })
  const organization = await make('/organizations', { name: `held${made}`, display_name: 'Held' })
  await all.manage('POST', `/organizations/${organization}/members`, { members: [userId] })
  const changedAt = Date.now()
  directory = all.directory({ tenant: held })
  const asOf = async () => (await directory.status()).asOf?.getTime()
  directory.start()
  try {
    await expect.poll(() => isAsked, { timeout: 5000 }).toBe(true)
    expect(await differences(db())).not.toEqual([])
    expect(await asOf()).toBeLessThan(changedAt)
  } finally {
    release()
  }
  await expect.poll(asOf, { timeout: 5000 }).toBeGreaterThan(changedAt)
  expect(await differences(db())).toEqual([])
})

test('accounts that are linked become one, and two again', async () => {
  const [primary, secondary] = [await makeUser(), await makeUser()]
  const [, id = ''] = secondary.split('|')
  await all.manage('POST', `${path(primary)}/identities`, { provider: 'auth0', user_id: id })
  await expect.poll(() => rowOf(secondary)).toBeUndefined()
  await becomesEqual()
  await all.manage('DELETE', `${path(primary)}/identities/auth0/${id}`)
  await expect.poll(() => rowOf(secondary)).toBeDefined()
  await becomesEqual()
})

test('whoever an import brings is read, without a fill', async () => {
  const { body } = await all.manage('GET', '/connections?strategy=auth0')
  const [connection] = body as { id: string }[]
  const form = new FormData()
  form.set('connection_id', connection?.id ?? '')
  form.set('users', new Blob([JSON.stringify([{ email: 'imported@example.com' }, { email: 'imported2@example.com' }])]))
  const { filledAt } = await directory.status()
  expect((await all.send('/jobs/users-imports', form)).status).toBe(202)
  const imported = () => all.store.db.selectFrom('users').select('email').where('email', 'like', 'imported%').orderBy('email').execute() // prettier-ignore
  await expect.poll(imported, { timeout: 5000 }).toEqual([{ email: 'imported2@example.com' }, { email: 'imported@example.com' }]) // prettier-ignore
  expect((await directory.status()).filledAt).toEqual(filledAt)
})

test('a sign-in is counted on its day, and seen on the user', async () => {
  const email = 'signs-in@example.com'
  const password = 'Correct-Horse-9-Battery'
  const userId = await makeUser({ email, password })
  const signIn = (given: string) => all.passwordGrant({ username: email, password: given })
  expect(await signIn(password)).toBe(200)
  expect(await signIn(password)).toBe(200)
  expect(await signIn('wrong')).toBe(403)
  await expect.poll(() => rowOf(userId)).toMatchObject({ logins_count: 2 })
  const day = new Date().toISOString().slice(0, 10)
  const happened = async () => {
    const { rows } = await sql<{ kind: string; total: number }>`
      SELECT kind, total FROM activity WHERE day = ${day} AND connection = 'Username-Password-Authentication'`.execute(
      db(),
    )
    return Object.fromEntries(rows.map(({ kind, total }) => [kind, total]))
  }
  // Read again for the first entry, the user has both sign-ins already, while the second entry may still be to come.
  await expect.poll(happened).toMatchObject({ 'sign-in': 2, active: 1 })
})

test('what this server changed shows at once, and survives an answer to an older question', async () => {
  const userId = await makeUser({ name: 'Before' })
  await expect.poll(() => rowOf(userId)).toBeDefined()
  await directory.noteUser({ ...(await all.client.users.get(userId)), name: 'After' })
  expect(await rowOf(userId)).toMatchObject({ name: 'After' })
  await all.manage('DELETE', path(userId))
  await directory.noteDeparture(userId)
  expect(await rowOf(userId)).toBeUndefined()
  await becomesEqual()
})

test('a change of this server’s own is not asked for again when the log tells the same, and one by others is', async () => {
  const userIds = await Promise.all([makeUser(), makeUser(), makeUser()])
  for (const userId of userIds) await expect.poll(() => rowOf(userId)).toBeDefined()
  const settledAt = Date.now()
  await expect
    .poll(async () => (await directory.status()).asOf?.getTime() ?? 0, { timeout: 10_000 })
    .toBeGreaterThan(settledAt)
  await directory.close()
  const asked: string[] = []
  const client = all.clientThrough((url, ask) => {
    asked.push(decodeURIComponent(new URL(url).pathname))
    return ask()
  })
  directory = all.directory({ tenant: client })
  const [ours = '', both = '', hidden = ''] = userIds
  const change = async (userId: string, metadata: Record<string, unknown>) =>
    directory.noteUser(await all.client.changes.updateUser(userId, { app_metadata: metadata }))
  // Of those that are noted at the same moment each is written.
  await Promise.all([change(ours, { plan: 'ours' }), change(both, { plan: 'ours' }), change(hidden, { api_key: 'hidden in the log' })]) // prettier-ignore
  const rows = await all.store.db.selectFrom('users').select('app_metadata').where('user_id', 'in', userIds).execute()
  expect(rows.map((row) => Object.keys(row.app_metadata)).flat().sort()).toEqual(['api_key', 'plan', 'plan']) // prettier-ignore
  await all.manage('PATCH', path(both), { app_metadata: { plan: 'others' } })
  directory.start()
  const isAwaited = async () => (await all.store.db.selectFrom('pending').select('id').where('id', 'in', userIds).execute()).length // prettier-ignore
  await expect.poll(isAwaited).toBe(0)
  expect(await differences(db())).toEqual([])
  expect(await rowOf(both)).toMatchObject({ app_metadata: { plan: 'others' } })
  // Whom other tests have changed may be read as well.
  const read = userIds.filter((userId) => asked.includes(`/api/v2/users/${userId}`))
  expect(read).toEqual([both, hidden])
})

test('an answer that is written down late is mended, though the log has been read on since', async () => {
  const userId = await makeUser()
  await expect.poll(() => rowOf(userId)).toBeDefined()
  const answer = await all.client.changes.updateUser(userId, { app_metadata: { plan: 'ours' } })
  await all.manage('PATCH', path(userId), { app_metadata: { plan: 'others' } })
  await expect.poll(() => rowOf(userId)).toMatchObject({ app_metadata: { plan: 'others' } })
  await directory.noteUser(answer)
  expect(await rowOf(userId)).toMatchObject({ app_metadata: { plan: 'ours' } })
  await becomesEqual()
})

test('of two answers about one user that come at once the later one stays', async () => {
  const userId = await makeUser()
  await expect.poll(() => rowOf(userId)).toBeDefined()
  const user = await all.client.users.get(userId)
  await Promise.all(['first', 'second', 'third'].map((name) => directory.noteUser({ ...user, name })))
  expect(await rowOf(userId)).toMatchObject({ name: 'third' })
  await becomesEqual()
})

test('changes are told to every server on the database', async () => {
  const other = all.directory()
  const heard: DirectoryChange[] = []
  other.changes.subscribe((change) => heard.push(change))
  other.start()
  await expect.poll(() => heard).toContainEqual({ kind: 'users', userIds: 'many' })
  const userId = await makeUser()
  await expect.poll(() => heard).toContainEqual({ kind: 'users', userIds: [userId] })
  await expect.poll(() => heard).toContainEqual({ kind: 'progress', status: expect.objectContaining({ state: 'current' }) }) // prettier-ignore
  await other.close()
})

test('of two servers one follows, and the other takes over when it goes', async () => {
  const counted = { first: 0, second: 0 }
  const clientOf = (name: keyof typeof counted) =>
    all.clientThrough((_url, ask) => {
      counted[name] += 1
      return ask()
    })
  await directory.close()
  const first = all.directory({ tenant: clientOf('first') })
  first.start()
  await expect.poll(() => counted.first).toBeGreaterThan(3)
  const second = all.directory({ tenant: clientOf('second') })
  second.start()
  await sleep(1500) // longer than it takes to become the leader where there is none
  expect(counted.second).toBe(0)
  await first.close()
  await expect.poll(() => counted.second, { timeout: 5000 }).toBeGreaterThan(0)
  const userId = await makeUser()
  await expect.poll(() => rowOf(userId), { timeout: 5000 }).toBeDefined()
  // The connection that leads is cut: leadership ends, and is had again.
  const cut =
    await sql`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`.execute(db())
  expect(cut.rows.length).toBeGreaterThan(0)
  const later = await makeUser()
  await expect.poll(() => rowOf(later), { timeout: 10_000 }).toBeDefined()
  await second.close()
})

test.each(['follow', 'fill'])('a problem (%s) of a server that died is over when another one goes on', async (task) => {
  await directory.close()
  const problem = { code: 'tenant-unreachable', message: 'It does not answer.', at: new Date().toISOString(), task }
  await sql`UPDATE directory_state SET problem = ${JSON.stringify(problem)}::jsonb`.execute(db())
  directory = all.directory()
  expect((await directory.status()).problem).toMatchObject({ code: 'tenant-unreachable' })
  directory.start()
  await expect.poll(async () => (await directory.status()).problem).toBeNull()
  await directory.close()
})

test('a directory of another tenant is emptied before anything is put in', async () => {
  await sql`UPDATE directory_state SET tenant = 'https://elsewhere.example'`.execute(db())
  await sql`INSERT INTO activity (day, kind, total) VALUES ('2020-01-01', 'sign-in', 5)`.execute(db())
  directory = all.directory()
  directory.start()
  await expect.poll(async () => (await sql`SELECT day FROM activity WHERE day < '2021-01-01'`.execute(db())).rows).toEqual([]) // prettier-ignore
  await becomesEqual()
})

test('a tenant that was set back is found out, and copied again', async () => {
  await sql`UPDATE directory_state SET checkpoint = '90020200101000000000000000000000000000000000000000000000'`.execute(
    db(),
  )
  await sql`DELETE FROM users WHERE user_id IN (SELECT user_id FROM users LIMIT 5)`.execute(db())
  await directory.close()
  directory = all.directory()
  directory.start()
  await becomesEqual()
})

test('it stops within three seconds', async () => {
  const startedAt = performance.now()
  await directory.close()
  expect(performance.now() - startedAt).toBeLessThan(3000)
})
