import { randomBytes } from 'node:crypto'
import { DeletedUserPage, RecycleBinReport } from '@rollcall/contracts/admin-api'
import { openDatabase, sql } from '@rollcall/database'
import { createLogger } from '@rollcall/http-kit'
import { createRollcall, type Rollcall } from '@rollcall/server'
import { createTenantClient } from '@rollcall/tenant-client'
import express from 'express'
import { listenLocally } from '@rollcall/program'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { actionsOf } from './testing/do-actions.ts'
import { makePasswordClient, manages, signIn, type Manage } from './testing/manage.ts'
import { startStandalone, type TestStandalone } from './testing/start-standalone.ts'

/** How a deletion is undone, by two servers on one database; the tenant is the local one. */
const key = randomBytes(32)
const recycleBin = { key, deleteAfterDays: 7, keepForDays: 30, checkIntervalMs: 100 }
let standalone: TestStandalone
let others: { rollcall: Rollcall; close: () => Promise<void> }[]
let manage: Manage
let staff: ReturnType<typeof actionsOf>
let db: ReturnType<typeof openDatabase<object>>
let token: string
beforeAll(async () => {
  standalone = await startStandalone({ recycleBin, actions: { leaseMs: 5000 } })
  const { audience, m2m } = standalone.tenant.credentials
  token = await standalone.token({ audience, ...m2m })
  manage = manages(standalone.tenant)
  staff = actionsOf({ url: standalone.url, token })
  db = openDatabase<object>({ url: standalone.databaseUrl, schema: 'rollcall', poolSize: 2 })
  others = []
  await standalone.directoryFilled(token)
})
afterAll(async () => {
  for (const { close } of others) await close()
  await db.close()
  await standalone.close()
})

/** Another server on the same database. @returns its address */
async function startAnother(options: { key?: Buffer }): Promise<string> {
  const { tenant, databaseUrl } = standalone
  const { audience, m2m, spa } = tenant.credentials
  const client = createTenantClient({ domain: tenant.url, ...m2m })
  const auth = { domain: tenant.url, audience, spaClientId: spa.clientId, issuers: tenant.issuers, ca: tenant.ca.pem }
  const rollcall = createRollcall({
    auth,
    tenant: client,
    databaseUrl,
    directory: 'live',
    recycleBin: { ...recycleBin, ...options },
    logger: createLogger({ level: 'silent' }),
  })
  await rollcall.ready
  const server = await listenLocally(0)
  server.serve(express().use(rollcall))
  const close = async () => {
    await server.close()
    await rollcall.close()
    await client.close()
  }
  others.push({ rollcall, close })
  return `http://localhost:${server.port}`
}

let made = 0
const password = 'Correct-Horse-9-Battery'
const signUp = async (profile: Record<string, unknown> = {}) => {
  const connection = 'Username-Password-Authentication'
  const { status, body } = await manage('POST', '/users', { connection, password, email: `bin${++made}@example.com`, ...profile }) // prettier-ignore
  expect(status).toBe(201)
  return (body as { user_id: string }).user_id
}
const pathOf = (userId: string) => `/users/${encodeURIComponent(userId)}`
const inTenant = async (userId: string) => (await manage('GET', pathOf(userId))).body as Record<string, unknown>
const isGone = async (userId: string) => (await manage('GET', pathOf(userId))).status === 404
const get = async (path: string) => (await standalone.ask(path, token)).json() as Promise<Record<string, unknown>>
const listed = async (filter: string) =>
  ((await get(`/api/users?filter=${encodeURIComponent(filter)}`)) as { users: { userId: string }[] }).users.map(({ userId }) => userId) // prettier-ignore
const counted = async (filter: string) => (await get(`/api/users/count?filter=${encodeURIComponent(filter)}`)).users
const auditOf = async (userId: string) => {
  const { rows } = await sql<{ entry: Record<string, unknown> }>`SELECT entry FROM audit_log WHERE entry->>'subjectId' = ${userId} ORDER BY seq`.execute(db.db) // prettier-ignore
  return rows.map(({ entry }) => entry)
}
const actionsDone = async (userId: string) =>
  (await auditOf(userId)).map(({ action, phase }) => `${String(action)} ${String(phase)}`)
const inBin = async (userId: string, url = standalone.url) => {
  const answer = await fetch(`${url}/api/deleted-users?search=${encodeURIComponent(userId)}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return DeletedUserPage.parse(await answer.json()).users
}
/** The day has come. */
const makeDue = (...userIds: string[]) =>
  sql`UPDATE scheduled_deletions SET due_at = now() WHERE user_id = ANY (${userIds})`.execute(db.db)

/** Everything that is given to somebody, and who they are, but for moments. */
async function whole(userId: string) {
  const path = pathOf(userId)
  const [user, roles, permissions, organizations] = await Promise.all([
    inTenant(userId),
    manage('GET', `${path}/roles`),
    manage('GET', `${path}/permissions`),
    manage('GET', `${path}/organizations`),
  ])
  const { created_at: _created, updated_at: _updated, ...profile } = user
  const within = await Promise.all(
    (organizations.body as { id: string }[]).map(async ({ id }) => [
      id,
      (await manage('GET', `/organizations/${id}/members/${encodeURIComponent(userId)}/roles`)).body,
    ]),
  )
  return { profile, roles: roles.body, permissions: permissions.body, organizations: organizations.body, within }
}

const make = async (path: string, body: object) => ((await manage('POST', path, body)).body as { id: string }).id

/** Somebody with all there is. */
async function makeSomebody() {
  const { audience } = standalone.tenant.credentials
  const [role, orgRole] = [await make('/roles', { name: `Support ${++made}` }), await make('/roles', { name: `Owner ${made}` })] // prettier-ignore
  const organization = await make('/organizations', { name: `org-${made}`, display_name: 'Acme' })
  const userId = await signUp({
    name: 'Ada',
    nickname: 'Countess',
    given_name: 'Augusta',
    family_name: 'Lovelace',
    picture: 'https://example.com/ada.png',
    email_verified: true,
    user_metadata: { theme: 'dark', address: { city: 'London' }, note: 'ü😀' },
    app_metadata: { plan: 'pro', seats: 3 },
  })
  await manage('POST', `${pathOf(userId)}/roles`, { roles: [role] })
  await manage('POST', `${pathOf(userId)}/permissions`, {
    permissions: [{ resource_server_identifier: audience, permission_name: 'read:users' }],
  })
  await manage('POST', `/organizations/${organization}/members`, { members: [userId] })
  await manage('POST', `/organizations/${organization}/members/${encodeURIComponent(userId)}/roles`, { roles: [orgRole] }) // prettier-ignore
  return { userId, role, orgRole, organization }
}

test('whoever is scheduled is blocked and hidden, and a cancellation returns them just as they were', async () => {
  const userId = await signUp({ name: 'Waiting' })
  const mine = `user_id:"${userId}"`
  await expect.poll(() => listed(mine)).toEqual([userId])
  const [before, everybody] = [await inTenant(userId), await counted('')]
  const preview = await staff.preview(userId, 'user.schedule-deletion')
  expect(preview.changes.map(({ field }) => field)).toEqual(['blocked', 'deletion'])
  const { run, user } = await staff.perform(userId, 'user.schedule-deletion', { reason: 'Asked to go' })
  expect(user).toMatchObject({ isBlocked: true })
  expect([await listed(mine), await counted(mine), await counted('')]).toEqual([[], 0, Number(everybody) - 1])
  expect(await listed(`${mine} deletion_scheduled:true`)).toEqual([userId])
  expect((await get('/api/users')).count).toEqual({ users: Number(everybody) - 1, isExact: true })
  const [entry] = await inBin(userId)
  expect(entry).toMatchObject({ state: 'scheduled', name: 'Waiting', reason: 'Asked to go', problem: null })
  expect(new Date(entry?.until ?? 0).getTime() - Date.now()).toBeGreaterThan(6.9 * 86_400_000)
  for (const [action, code] of [
    ['user.schedule-deletion', 'already-scheduled'],
    ['user.unblock', 'deletion-scheduled'],
  ] as const)
    // prettier-ignore
    expect(await staff.send(userId, action)).toMatchObject({ status: 409, body: { code } })

  expect((await staff.undo(run.runId)).status).toBe(200)
  const { updated_at: _now, blocked, ...after } = await inTenant(userId)
  const { updated_at: _then, ...unchanged } = before
  expect([after, blocked]).toEqual([unchanged, false])
  expect([await listed(mine), await inBin(userId)]).toEqual([[userId], []])
  expect(await staff.send(userId, 'user.cancel-deletion')).toMatchObject({ status: 409, body: { code: 'not-scheduled' } }) // prettier-ignore
})

test('whoever was blocked before stays blocked', async () => {
  const userId = await signUp({ blocked: true })
  await staff.perform(userId, 'user.schedule-deletion')
  const { run } = await staff.perform(userId, 'user.cancel-deletion')
  expect(run.changes.map(({ field }) => field)).toEqual(['deletion'])
  expect((await inTenant(userId)).blocked).toBe(true)
})

test('on the day they are deleted, and restored with the same id and all they had', async () => {
  const { userId, role } = await makeSomebody()
  const before = await whole(userId)
  await staff.perform(userId, 'user.schedule-deletion', { reason: 'Left the company' })
  await makeDue(userId)
  await expect.poll(() => isGone(userId)).toBe(true)
  await expect.poll(() => inBin(userId)).toMatchObject([{ state: 'deleted', name: 'Ada', actorId: 'rollcall', problem: null }]) // prettier-ignore
  expect((await inBin(userId))[0]?.reason).toContain('Left the company')

  const preview = await staff.preview(userId, 'user.restore')
  expect(preview.obstacle).toBeNull()
  expect(preview.warnings.map(({ code }) => code)).toEqual(['new-password', 'history-lost'])
  const { run, user } = await staff.perform(userId, 'user.restore', { reason: 'Came back' })
  expect(user).toMatchObject({ userId, isBlocked: false })
  expect(run.changes).toEqual(preview.changes)
  const after = await whole(userId)
  expect(after).toEqual(before)
  expect(after.roles).toMatchObject([{ id: role }])
  expect(await inBin(userId)).toEqual([])
  await expect.poll(() => listed(`user_id:"${userId}" role:"${role}"`)).toEqual([userId])
  expect(await actionsDone(userId)).toEqual([
    'user.schedule-deletion started',
    'user.schedule-deletion done',
    'user.delete started',
    'user.delete done',
    'user.restore started',
    'user.restore done',
  ])
  const { rows } = await sql<{ found: number }>`SELECT count(*) AS found FROM audit_log WHERE entry::text ~ 'London|ü😀|Correct-Horse'`.execute(db.db) // prettier-ignore
  expect(rows[0]?.found).toBe(0)
})

test('a deletion at once is undone, and nobody can sign in with the old password', async () => {
  const userId = await signUp({ email: 'undone@example.com' })
  const client = await makePasswordClient(manage)
  const person = { username: 'undone@example.com', password }
  expect((await signIn(standalone.tenant.url, client, person)).status).toBe(200)
  const { run } = await staff.perform(userId, 'user.delete')
  expect(run.undo.isPossible).toBe(true)
  expect((await staff.undo(run.runId)).status).toBe(200)
  expect(await inTenant(userId)).toMatchObject({ user_id: userId, email: 'undone@example.com' })
  expect((await signIn(standalone.tenant.url, client, person)).status).toBe(403)
  expect(await get(`/api/actions/${run.runId}`)).toMatchObject({ undo: { isPossible: false } })
})

test('a linked account of the tenant’s own comes back linked; a role that is no more is told', async () => {
  const { userId, role } = await makeSomebody()
  const other = await signUp({ email: 'second@example.com' })
  await manage('POST', `${pathOf(userId)}/identities`, { provider: 'auth0', user_id: other.slice(6) })
  await staff.perform(userId, 'user.delete')
  await manage('DELETE', `/roles/${role}`)
  const preview = await staff.preview(userId, 'user.restore')
  expect(preview.warnings.map(({ code }) => code)).toContain('roles-lost')
  await staff.perform(userId, 'user.restore')
  const { identities } = (await inTenant(userId)) as { identities: { user_id: string }[] }
  expect(identities.map(({ user_id: id }) => `auth0|${id}`)).toEqual([userId, other])
})

test('what was interrupted is completed by restoring again, and what is there is not overwritten', async () => {
  const { userId, organization } = await makeSomebody()
  const before = await whole(userId)
  await staff.perform(userId, 'user.delete')
  const connection = 'Username-Password-Authentication'
  const { email } = before.profile as { email: string }
  await manage('POST', '/users', { connection, password, email, user_id: userId.slice(6), app_metadata: { plan: 'new' } })
  await staff.perform(userId, 'user.restore')
  const after = await whole(userId)
  expect(after.profile.app_metadata).toEqual({ plan: 'new', seats: 3 })
  expect([after.roles, after.permissions, after.within]).toEqual([before.roles, before.permissions, before.within])
  expect(after.organizations).toMatchObject([{ id: organization }])
}) // prettier-ignore

test('a purge is final, and takes what staff have noted along', async () => {
  const userId = await signUp({ name: 'Forget me' })
  await sql`INSERT INTO user_tags (user_id, tag_key, tag) VALUES (${userId}, 'vip', 'VIP')`.execute(db.db)
  await sql`INSERT INTO user_notes (user_id, author_id, text, txt) VALUES (${userId}, 'auth0|staff', 'x', 'x')`.execute(db.db) // prettier-ignore
  const said = async () => Promise.all(['notes', 'tags'].map((part) => get(`/api/users/${encodeURIComponent(userId)}/${part}`))) // prettier-ignore
  const { run } = await staff.perform(userId, 'user.delete')
  expect(await said()).toMatchObject([{ notes: [{ text: 'x' }] }, { tags: ['VIP'] }])
  await staff.perform(userId, 'user.purge', { reason: 'Article 17' })
  expect(await inBin(userId)).toEqual([])
  expect(await said()).toEqual([{ notes: [] }, { tags: [] }])
  for (const action of ['user.restore', 'user.purge'])
    expect(await staff.send(userId, action)).toMatchObject({ status: 409, body: { code: 'not-in-recycle-bin' } })
  expect(await staff.undo(run.runId)).toMatchObject({ status: 409, body: { code: 'cannot-be-undone' } })
  expect(await actionsDone(userId)).toContain('user.purge done')
})

test('what was kept for long enough is destroyed', async () => {
  const userId = await signUp()
  await staff.perform(userId, 'user.delete')
  await sql`UPDATE deleted_users SET purge_at = now() WHERE user_id = ${userId}`.execute(db.db)
  await expect.poll(() => inBin(userId)).toEqual([])
  await expect.poll(() => actionsDone(userId)).toContain('user.purge done')
})

test('sealed with another key, they are listed with what is wrong, and nothing else breaks', async () => {
  const userId = await signUp({ name: 'Sealed' })
  await staff.perform(userId, 'user.delete')
  const { rows } = await sql<{ sealed: Buffer }>`SELECT sealed FROM deleted_users WHERE user_id = ${userId}`.execute(db.db) // prettier-ignore
  expect(rows[0]?.sealed.includes('Sealed')).toBe(false)
  const url = await startAnother({ key: randomBytes(32) })
  const elsewhere = actionsOf({ url, token })
  expect(await inBin(userId, url)).toMatchObject([{ name: 'Sealed', problem: { code: 'recycle-bin-key' } }])
  const preview = await elsewhere.preview(userId, 'user.restore')
  expect(preview.obstacle).toMatchObject({ code: 'recycle-bin-key', message: expect.stringContaining('RECYCLE_BIN_KEY') }) // prettier-ignore
  expect(await elsewhere.send(userId, 'user.restore')).toMatchObject({ status: 409, body: { code: 'recycle-bin-key' } }) // prettier-ignore
  await sql`UPDATE deleted_users SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE user_id = ${userId}`.execute(db.db) // prettier-ignore
  expect(await staff.send(userId, 'user.restore')).toMatchObject({ status: 409, body: { code: 'recycle-bin-damaged' } }) // prettier-ignore
  await elsewhere.perform(userId, 'user.purge')
})

test('who was let in again or deleted in the tenant meanwhile is not deleted, and the log says why', async () => {
  const [unblocked, gone] = [await signUp(), await signUp()]
  for (const userId of [unblocked, gone]) await staff.perform(userId, 'user.schedule-deletion')
  await manage('PATCH', pathOf(unblocked), { blocked: false })
  await manage('DELETE', pathOf(gone))
  await makeDue(unblocked, gone)
  await expect.poll(async () => [...(await inBin(unblocked)), ...(await inBin(gone))]).toEqual([])
  expect(await inTenant(unblocked)).toMatchObject({ blocked: false })
  // It is withdrawn first, and recorded then.
  await expect.poll(async () => (await auditOf(unblocked)).at(-1)).toMatchObject({ action: 'user.cancel-deletion', phase: 'done', actorId: 'rollcall', reason: expect.stringContaining('unblocked') }) // prettier-ignore
  await expect.poll(async () => (await auditOf(gone)).at(-1)).toMatchObject({ action: 'user.cancel-deletion', phase: 'done', reason: expect.stringContaining('deleted them') }) // prettier-ignore
})

/** Whoever carries out what is due loses the right to: the other one begins while the first may be in the middle of it. */
const cutLeader = () =>
  sql`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND (classid::bigint << 32 | objid::bigint) = hashtextextended('rollcall lead recycle bin rollcall', 0)`.execute(
    db.db,
  )

test('of servers that race for those who are due each is deleted once and recorded once', async () => {
  await startAnother({})
  const userIds = await Promise.all(Array.from({ length: 6 }, () => signUp()))
  for (const userId of userIds) await staff.perform(userId, 'user.schedule-deletion')
  const asks = userIds.map((userId) => Promise.all([staff.send(userId, 'user.delete'), staff.send(userId, 'user.delete')])) // prettier-ignore
  await makeDue(...userIds)
  await cutLeader()
  await Promise.all(asks)
  for (const userId of userIds) {
    await expect.poll(() => isGone(userId)).toBe(true)
    expect((await actionsDone(userId)).filter((done) => done.startsWith('user.delete'))).toEqual(['user.delete started', 'user.delete done']) // prettier-ignore
    await expect.poll(() => inBin(userId)).toMatchObject([{ state: 'deleted' }])
  }
  const { rows } = await sql<{ left: number }>`SELECT count(*) AS left FROM scheduled_deletions WHERE user_id = ANY (${userIds})`.execute(db.db) // prettier-ignore
  expect(rows[0]?.left).toBe(0)
})

test('the recycle bin is paged by place, searched, and divided', async () => {
  const userIds = await Promise.all(['a', 'b', 'c'].map((letter) => signUp({ name: `Paged ${letter}` })))
  for (const userId of userIds) await staff.perform(userId, userId === userIds[0] ? 'user.schedule-deletion' : 'user.delete') // prettier-ignore
  const page = async (query: string) => DeletedUserPage.parse(await get(`/api/deleted-users?search=paged&${query}`))
  const seen: string[] = []
  for (let after = ''; ;) {
    const { users, next } = await page(`limit=1${after}`)
    seen.push(...users.map(({ userId }) => userId))
    if (next === null) break
    after = `&after=${next}`
  }
  expect(seen).toEqual([...userIds].reverse())
  expect((await page('state=scheduled')).users).toMatchObject([{ name: 'Paged a' }])
  expect((await page('')).keptForDays).toBe(30)
  expect(await get('/api/deleted-users?after=abc')).toMatchObject({ code: 'cursor-invalid' })
})

test('each number of the retention report is that of a list', async () => {
  const userIds = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((letter) => signUp({ name: `Reported ${letter}` })))
  const [waiting = '', onItsDay = '', soon = '', ...rest] = userIds
  await staff.perform(waiting, 'user.schedule-deletion')
  await staff.perform(onItsDay, 'user.schedule-deletion')
  await makeDue(onItsDay)
  await expect.poll(() => inBin(onItsDay)).toMatchObject([{ state: 'deleted' }])
  for (const userId of [soon, ...rest]) await staff.perform(userId, 'user.delete')
  await sql`UPDATE deleted_users SET purge_at = now() + interval '3 days', deleted_at = now() - interval '40 days' WHERE user_id = ${soon}`.execute(db.db)
  const report = RecycleBinReport.parse(await get('/api/deleted-users/report'))
  const count = async (query: Record<string, string>) =>
    DeletedUserPage.parse(await get(`/api/deleted-users?${new URLSearchParams({ limit: '200', ...query }).toString()}`)).users.length
  const inDays = (days: number, from = report.at) => new Date(Date.parse(from) + days * 86_400_000).toISOString()
  for (const [state, told] of [['deleted', report.kept], ['scheduled', report.scheduled]] as const) {
    expect(told.users, state).toBeGreaterThan(0)
    expect(await count({ state }), state).toBe(told.users)
    expect(await count({ state, untilTo: inDays(7) }), state).toBe(told.within7Days)
    expect(await count({ state, untilTo: inDays(30) }), state).toBe(told.within30Days)
    expect(told.days.length).toBe(31)
    for (const { day, users } of told.days.slice(1).filter((one) => one.users > 0)) expect(await count({ state, untilFrom: `${day}T00:00:00Z`, untilTo: inDays(1, day) }), day).toBe(users)
    expect(told.problems, state).toBe(await count({ state, has: 'problem' }))
  }
  expect(report.kept.within7Days).toBeGreaterThan(0)
  expect(report.kept.days[3]?.users).toBeGreaterThan(0)
  expect(report.months.length).toBeGreaterThan(1)
  for (const { month, users } of report.months) {
    const [year = 0, number = 0] = month.split('-').map(Number)
    const span = { from: `${month}-01T00:00:00Z`, to: new Date(Date.UTC(year, number)).toISOString() }
    expect(await count({ state: 'deleted', ...span }), month).toBe(users)
  }
  expect(report.actors.map(({ actorId }) => actorId)).toContain('rollcall')
  for (const { actorId, users } of report.actors) expect(await count({ state: 'deleted', actor: actorId }), actorId).toBe(users)
  expect(report.otherActors).toBe(0)

  const url = await startAnother({ key: randomBytes(32) })
  const lost = await fetch(`${url}/api/deleted-users/report`, { headers: { authorization: `Bearer ${token}` } })
  const { kept } = RecycleBinReport.parse(await lost.json())
  expect(kept.problems).toBe(kept.users)
}) // prettier-ignore

test('an account at a provider comes back by signing in there, and is told so', async () => {
  await manage('POST', '/connections', { name: 'google-oauth2', strategy: 'google-oauth2' })
  const userId = await signUp({ connection: 'google-oauth2', password: undefined, user_id: '1234567890' })
  const preview = await staff.preview(userId, 'user.delete')
  expect(preview.warnings.map(({ code }) => code)).toEqual(['kept-in-recycle-bin', 'comes-back-by-sign-in'])
  await staff.perform(userId, 'user.delete')
  expect((await staff.preview(userId, 'user.restore')).obstacle).toMatchObject({ code: 'comes-back-by-sign-in' })
})
