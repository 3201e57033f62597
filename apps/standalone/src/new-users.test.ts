import { randomBytes } from 'node:crypto'
import { ActionOutcome, ActionPreview, ConnectionList } from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { database, pathOf, startStaffed, type Staffed } from './testing/start-staffed.ts'

/** Who is made and who is invited, through every floor. */
let all: Staffed
/** The way to the tenant, for a test to disturb. */
type Carry = (request: string, ask: () => Promise<Response>) => Promise<Response>
const undisturbed: Carry = (_request, ask) => ask()
let carry = undisturbed
let reader: string
let acme: string
beforeAll(async () => {
  all = await startStaffed({
    actions: { leaseMs: 5000 },
    deadlineMs: 2000,
    recycleBin: { key: randomBytes(32) },
    fetch: (input, init) => carry(`${init?.method ?? 'GET'} ${new URL(String(input)).pathname}`, () => fetch(input, init)),
  })
  const make = async (path: string, body: object) => ((await all.manage('POST', path, body)).body as { id: string }).id
  reader = await make('/roles', { name: 'Reader of all' })
  acme = await make('/organizations', { name: 'acme' })
  await make('/connections', { name: 'text-message', strategy: 'sms' })
  await make('/connections', { name: 'with-names', strategy: 'auth0', options: { requires_username: true } })
  await make('/connections', { name: 'elsewhere', strategy: 'github' })
}) // prettier-ignore
afterAll(() => all.close())

type Wish = Record<string, unknown>
const send = (name: string, params: Wish, headers?: Record<string, string>) =>
  all.staff.post(`/users/actions/${name}`, { params: { connection: database, ...params } }, headers)
const perform = async (name: string, params: Wish) => {
  const { status, body } = await send(name, params)
  expect([status, body]).toEqual([200, expect.anything()])
  return ActionOutcome.parse(body)
}
const preview = async (name: string, params: Wish) => {
  const { status, body } = await all.staff.post(`/users/actions/${name}/preview`, { params: { connection: database, ...params } }) // prettier-ignore
  expect([status, body]).toEqual([200, expect.anything()])
  return ActionPreview.parse(body)
}
const withAddress = async (email: string) =>
  (await all.manage('GET', `/users-by-email?email=${email}`)).body as { user_id: string }[]

test('somebody is made with an id of Rollcall’s choice, shown at once, told twice in the log without the password, and the undo deletes them', async () => {
  const params = {
    email: 'New.Person@example.com',
    password: 'Given-Horse-9-Battery',
    name: 'New Person',
    givenName: 'New',
    appMetadata: { plan: 'pro' },
    isEmailVerified: true,
  }
  const asked = await preview('user.create', params)
  expect(asked).toMatchObject({ userId: null, obstacle: null, undo: { isPossible: true } })
  expect(await withAddress('new.person@example.com')).toEqual([])
  const { run, user } = await perform('user.create', params)
  expect(user).toMatchObject({ userId: expect.stringMatching(/^auth0\|[0-9a-f]{24}$/), email: 'new.person@example.com', isEmailVerified: true, appMetadata: { plan: 'pro' } }) // prettier-ignore
  expect(run).toMatchObject({ phase: 'done', userId: user?.userId, changes: asked.changes })
  expect(run.changes).toContainEqual({ field: 'connection', before: null, after: database })
  const userId = run.userId
  expect(await all.listed('email:new.person@example.com')).toEqual([userId])
  expect((await all.auditOf(userId)).map(({ phase }) => phase)).toEqual(['started', 'done'])
  const { rows } = await sql<{ found: number }>`SELECT (SELECT count(*) FROM audit_log WHERE entry::text ~ 'Given-Horse') + (SELECT count(*) FROM action_runs r WHERE r::text ~ 'Given-Horse') AS found`.execute(all.db.db) // prettier-ignore
  expect(rows[0]?.found).toBe(0)

  const undone = ActionOutcome.parse((await all.staff.undo(run.runId)).body)
  expect([undone.run.action, undone.user]).toEqual(['user.delete', null])
  expect(await all.listed('email:new.person@example.com')).toEqual([])
  // And back: the undo of that restores them from the recycle bin.
  expect((await all.staff.undo(undone.run.runId)).status).toBe(200)
  expect(await all.inTenant(userId)).toMatchObject({ name: 'New Person' })
})

test('an address that its connection has already is a conflict that says whose it is; elsewhere it is a warning', async () => {
  const there = await all.signUp({ email: 'taken@example.com' })
  const taken = { code: 'user-exists', userIds: [there] }
  expect(await preview('user.create', { email: 'TAKEN@example.com' })).toMatchObject({ obstacle: taken })
  expect(await send('user.create', { email: 'taken@example.com' })).toMatchObject({ status: 409, body: { code: 'user-exists', detail: expect.stringContaining(there) } }) // prettier-ignore
  const other = { connection: 'with-names', email: 'taken@example.com', username: 'taken' }
  const { obstacle, warnings } = await preview('user.create', other)
  expect([obstacle, warnings[0]]).toMatchObject([null, { code: 'address-known', userIds: [there] }])
  expect(await withAddress('taken@example.com')).toHaveLength(1)
})

test('one request is done once however often it comes, and two people who ask at once make one user', async () => {
  const params = { email: 'once@example.com', name: 'Once' }
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => send('user.create', params, { 'idempotency-key': 'once' })),
  )
  expect(new Set(answers.map(({ status, body }) => `${status} ${(body.run as { runId: string }).runId}`)).size).toBe(1)
  expect(await send('user.create', { ...params, name: 'Twice' }, { 'idempotency-key': 'once' })).toMatchObject({ status: 409, body: { code: 'idempotency-key-reused' } }) // prettier-ignore
  const both = await Promise.all([1, 2].map(() => send('user.create', { email: 'both@example.com' })))
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
  expect([(await withAddress('once@example.com')).length, (await withAddress('both@example.com')).length]).toEqual([1, 1]) // prettier-ignore
})

test('an answer that is lost does not make anybody twice: the tenant is looked at', async () => {
  let posts = 0
  carry = async (request, ask) => {
    if (request !== 'POST /api/v2/users') return ask()
    posts += 1
    await ask()
    return new Promise<never>(() => undefined)
  }
  const { run } = await perform('user.create', { email: 'lost@example.com' })
  carry = undisturbed
  expect([run.phase, posts, (await withAddress('lost@example.com')).length]).toEqual(['done', 1, 1])
})

test('a connection says what it asks for, and what it has no place for is refused by name', async () => {
  const list = ConnectionList.parse(await (await all.standalone.ask('/api/connections', all.token)).json())
  expect(list.connections.map(({ name, kind }) => [name, kind])).toEqual([
    [database, 'database'],
    ['text-message', 'sms'],
    ['with-names', 'database'],
  ])
  const refusals: [Wish, string, string][] = [
    [{ connection: 'elsewhere' }, 'connection-not-found', 'connection'],
    [{ connection: 'with-names', email: 'a@example.com' }, 'invalid-input', 'username'],
    [{ email: 'a@example.com', username: 'ada' }, 'invalid-input', 'username'],
    [{ connection: 'text-message' }, 'invalid-input', 'phoneNumber'],
    [{}, 'invalid-input', 'email'],
  ]
  for (const [params, code, member] of refusals)
    expect(await send('user.create', params)).toMatchObject({
      status: 400,
      body: { code, errors: [{ path: `body.params.${member}` }] },
    })
  const phone = { connection: 'text-message', phoneNumber: '+4930123456' }
  expect((await perform('user.create', phone)).run.userId).toMatch(/^sms\|/)
  const weak = await send('user.create', { email: 'weak@example.com', password: 'weak-7' })
  expect(weak).toMatchObject({ status: 400, body: { code: 'tenant-refused' } })
  expect(JSON.stringify(weak)).not.toContain('weak-7')
})

test('who is invited has their roles and organizations, and a mail by which they set their password', async () => {
  const organizations = [{ organizationId: acme, roleIds: [reader] }]
  const params = { email: 'invited@example.com', roleIds: [reader], organizations }
  const asked = await preview('user.invite', params)
  const { run } = await perform('user.invite', params)
  expect(run.changes).toEqual(asked.changes)
  expect(run.steps.map(({ step, result }) => [step, result])).toEqual([
    ['create', 'done'],
    ['assign-roles', 'done'],
    ['add-to-organizations', 'done'],
    ['send-mail', 'done'],
  ])
  expect((await all.manage('GET', `${pathOf(run.userId)}/roles`)).body).toMatchObject([{ id: reader }])
  expect(await all.listed('email:invited@example.com organization:acme')).toEqual([run.userId])
  await expect.poll(() => all.subjectsTo('invited@example.com')).toEqual(['Set a new password'])
  expect((await all.staff.undo(run.runId)).status).toBe(200)
})

test('a link for who is invited is shown once, and to nobody who asks again', async () => {
  const ask = () => send('user.invite', { email: 'linked@example.com', by: 'link' }, { 'idempotency-key': 'linked' })
  const [first, second] = [ActionOutcome.parse((await ask()).body), ActionOutcome.parse((await ask()).body)]
  const link = first.shownOnce && 'link' in first.shownOnce ? first.shownOnce.link : ''
  expect(link).toContain('http')
  expect([second.run.runId, second.shownOnce]).toEqual([first.run.runId, null])
  expect(await all.subjectsTo('linked@example.com')).toEqual([])
  const { rows } = await sql<{ found: number }>`SELECT count(*) AS found FROM audit_log WHERE entry::text LIKE ${`%${link}%`}`.execute(all.db.db) // prettier-ignore
  expect(rows[0]?.found).toBe(0)
})

test('an invitation that the tenant does in part says which part, and makes no link that nobody would see', async () => {
  carry = (request, ask) =>
    request.endsWith('/roles') && request.startsWith('POST') ? Promise.resolve(Response.json({ statusCode: 403, error: 'Forbidden', message: 'Insufficient scope, expected any of: update:users', errorCode: 'insufficient_scope' }, { status: 403 })) : ask() // prettier-ignore
  const answer = await send('user.invite', { email: 'partly@example.com', roleIds: [reader], by: 'link' })
  carry = undisturbed
  expect(answer).toMatchObject({ status: 502, body: { code: 'partly-done' } })
  const { steps } = answer.body as { steps: { step: string; result: string }[] }
  expect(steps.map(({ step, result }) => [step, result])).toEqual([
    ['create', 'done'],
    ['assign-roles', 'failed'],
    ['create-link', 'skipped'],
  ])
  const there = await withAddress('partly@example.com')
  expect(there).toMatchObject([{ user_id: (answer.body as { userId: string }).userId }])
})
