import { ActionOutcome, type ActionRun } from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStaffed, type Staffed } from './testing/start-staffed.ts'

/** What staff do to users, through every floor: the API, the log of it, the SDK, the local tenant. */
let staffed: Staffed
let { standalone, manage, staff, db, signUp, inTenant, auditOf, listed, openSession } = {} as Staffed
/** The way to the tenant, for a test to disturb. */
const undisturbed = (_method: string, ask: () => Promise<Response>) => ask()
let carry: typeof undisturbed = undisturbed
beforeAll(async () => {
  staffed = await startStaffed({
    policy: { reasonRequired: ['user.verify-email'] },
    actions: { leaseMs: 5000 },
    deadlineMs: 2000,
    fetch: (input, init) => carry(init?.method ?? 'GET', () => fetch(input, init)),
  })
  ;({ standalone, manage, staff, db, signUp, inTenant, auditOf, listed, openSession } = staffed)
})
afterAll(() => staffed.close())

const get = async (path: string) =>
  (await standalone.ask(path, staffed.token)).json() as Promise<Record<string, unknown>>

test('a block is done, told before and after, shown in the list at once, and undone', async () => {
  const userId = await signUp()
  const { run, user } = await staff.perform(userId, 'user.block', { reason: 'Stolen card' })
  expect(run).toMatchObject({ phase: 'done', changes: [{ field: 'blocked', before: false, after: true }] })
  expect(run.undo).toEqual({ isPossible: true, until: expect.any(String), why: null })
  expect(user).toMatchObject({ userId, isBlocked: true })
  expect(await listed(`user_id:"${userId}" blocked:true`)).toEqual([userId])
  expect(await inTenant(userId)).toMatchObject({ blocked: true })

  const undone = ActionOutcome.parse((await staff.undo(run.runId)).body)
  expect(undone.run).toMatchObject({ action: 'user.unblock', undoOf: run.runId })
  expect((await inTenant(userId)).blocked).toBe(false)
  expect(await get(`/api/actions/${run.runId}`)).toMatchObject({
    undoneBy: undone.run.runId,
    undo: { isPossible: false },
  })
  expect(await staff.undo(run.runId)).toMatchObject({ status: 409, body: { code: 'cannot-be-undone' } })

  expect(await auditOf(userId)).toMatchObject([
    { action: 'user.block', phase: 'started', reason: 'Stolen card', actorKind: 'program', runId: run.runId },
    { action: 'user.block', phase: 'done', changes: [{ field: 'blocked', before: false, after: true }], answer: null },
    { action: 'user.unblock', phase: 'started', undoOf: run.runId },
    { action: 'user.unblock', phase: 'done', ip: expect.stringMatching(/127\.0\.0\.1|::1/), userAgent: 'node' },
  ])
})

test('a block ends sessions and, if asked, revokes refresh tokens; the preview says so before', async () => {
  const userId = await signUp()
  const seeSessions = async () =>
    ((await manage('GET', `/users/${encodeURIComponent(userId)}/sessions`)).body as { sessions: unknown[] }).sessions
  await openSession(userId)
  expect(await seeSessions()).toHaveLength(1)
  const preview = await staff.preview(userId, 'user.block')
  expect(preview.changes).toEqual([
    { field: 'blocked', before: false, after: true },
    { field: 'sessions', before: 1, after: 0 },
  ])
  expect(preview.warnings.map(({ code }) => code)).toEqual(['access-tokens-live-on', 'reset-lifts-block'])
  expect((await inTenant(userId)).blocked).toBeUndefined()
  const { run } = await staff.perform(userId, 'user.block', { params: { revokeRefreshTokens: true }, basedOn: preview.basedOn }) // prettier-ignore
  expect(run.changes).toEqual(preview.changes)
  expect(await seeSessions()).toEqual([])
})

test('an edit changes what it names, says what it replaces, and its undo restores exactly that', async () => {
  const userId = await signUp({
    name: 'Ada',
    given_name: 'Augusta',
    user_metadata: { address: { city: 'London', street: 'St James' }, theme: 'dark' },
    app_metadata: { plan: 'pro' },
  })
  const before = await inTenant(userId)
  const params = {
    name: 'Ada L.',
    familyName: 'Lovelace',
    userMetadata: { address: { city: 'Paris' }, theme: null },
    appMetadata: { plan: 'free', seats: 3 },
  }
  const preview = await staff.preview(userId, 'user.edit', params)
  expect(preview.warnings).toEqual([{ code: 'metadata-replaced', message: expect.stringContaining('street') }])
  const { run } = await staff.perform(userId, 'user.edit', { params })
  expect(run.changes).toEqual(preview.changes)
  expect(await inTenant(userId)).toMatchObject({
    name: 'Ada L.',
    given_name: 'Augusta',
    family_name: 'Lovelace',
    user_metadata: { address: { city: 'Paris' } },
    app_metadata: { plan: 'free', seats: 3 },
  })
  await staff.perform(userId, 'user.edit', { params: { nickname: 'Countess' } })
  expect((await staff.undo(run.runId)).status).toBe(200)
  const { updated_at: _at, nickname, ...rest } = await inTenant(userId)
  const { updated_at: _before, nickname: _nickname, ...unchanged } = before
  expect([rest, nickname]).toEqual([unchanged, 'Countess'])
})

test('an undo does not overwrite what somebody has done since', async () => {
  const userId = await signUp({ name: 'One' })
  const { run } = await staff.perform(userId, 'user.edit', { params: { name: 'Two' } })
  await manage('PATCH', `/users/${encodeURIComponent(userId)}`, { name: 'Three' })
  expect(await staff.undo(run.runId)).toMatchObject({
    status: 409,
    body: { code: 'changed-since', differences: [{ field: 'name', before: 'Two', after: 'Three' }] },
  })
  expect((await inTenant(userId)).name).toBe('Three')
})

test('a change based on a stale view is refused with the difference, one that nothing crossed is not', async () => {
  const userId = await signUp({ name: 'Ada', nickname: 'A' })
  const seen = { updatedAt: (await inTenant(userId)).updated_at, fields: { name: 'Ada' } }
  await manage('PATCH', `/users/${encodeURIComponent(userId)}`, { nickname: 'B' })
  const { run } = await staff.perform(userId, 'user.edit', { params: { name: 'Ada 2' }, basedOn: seen })
  expect(run.phase).toBe('done')
  const stale = { params: { name: 'Ada 3' }, basedOn: seen }
  expect(await staff.send(userId, 'user.edit', stale)).toMatchObject({
    status: 409,
    body: { code: 'user-changed', differences: [{ field: 'name', before: 'Ada', after: 'Ada 2' }] },
  })
  const whole = { params: { name: 'Ada 3' }, basedOn: { updatedAt: seen.updatedAt } }
  expect(await staff.send(userId, 'user.edit', whole)).toMatchObject({ status: 409, body: { code: 'user-changed' } })
  expect((await inTenant(userId)).name).toBe('Ada 2')
  expect(await auditOf(userId)).toHaveLength(2)
})

test('roles are given and taken, known to the list at once, and each undoes the other', async () => {
  const userId = await signUp()
  const [support, sales] = await Promise.all(
    ['Support', 'Sales'].map(async (name) => ((await manage('POST', '/roles', { name: `${name} of the desk` })).body as { id: string }).id), // prettier-ignore
  )
  await manage('POST', `/users/${encodeURIComponent(userId)}/roles`, { roles: [support] })
  const rolesOf = async () =>
    ((await manage('GET', `/users/${encodeURIComponent(userId)}/roles`)).body as { id: string }[]).map(({ id }) => id)
  const { run } = await staff.perform(userId, 'user.assign-roles', { params: { roleIds: [support, sales] } })
  expect((await rolesOf()).sort()).toEqual([support, sales].sort())
  await expect.poll(() => listed(`user_id:"${userId}" role:"Sales of the desk"`), { timeout: 5000 }).toEqual([userId])
  expect((await staff.undo(run.runId)).status).toBe(200)
  expect(await rolesOf()).toEqual([support]) // it was theirs before, and stays
  await staff.perform(userId, 'user.remove-roles', { params: { roleIds: [support] } })
  expect(await rolesOf()).toEqual([])
  expect(await staff.send(userId, 'user.assign-roles', { params: { roleIds: ['rol_nobody'] } })).toMatchObject({
    status: 400,
    body: { code: 'role-not-found', errors: [{ path: 'body.params.roleIds.0' }] },
  })
})

test('a deletion names what goes with it, is final, and is in the log with whom it was', async () => {
  const [userId, other] = [await signUp({ name: 'Gone' }), await signUp()]
  await manage('POST', `/users/${encodeURIComponent(userId)}/identities`, { provider: 'auth0', user_id: other })
  const preview = await staff.preview(userId, 'user.delete')
  expect(preview.warnings).toContainEqual({ code: 'linked-identities-go-too', message: expect.stringContaining(other) })
  expect(preview.undo.isPossible).toBe(false)
  const { run, user } = await staff.perform(userId, 'user.delete')
  expect([user, run.undo.isPossible]).toEqual([null, false])
  expect(await listed(`user_id:"${userId}"`)).toEqual([])
  expect((await auditOf(userId)).at(-1)).toMatchObject({
    phase: 'done',
    changes: [{ field: 'user', before: { name: 'Gone' }, after: null }],
  })
})

test('mail is sent once: a new password, a verification', async () => {
  const userId = await signUp({ email: 'mailed@example.com' })
  const mails = async () => {
    const response = await fetch(`${standalone.tenant.url}/mailbox?format=json&to=mailed@example.com`)
    return ((await response.json()) as { subject: string }[]).map(({ subject }) => subject)
  }
  const { run } = await staff.perform(userId, 'user.send-password-reset')
  expect(run.undo).toMatchObject({ isPossible: false, why: expect.any(String) })
  const ofReset = async () => (await mails()).filter((subject) => subject === 'Set a new password')
  await expect.poll(ofReset).toHaveLength(1)
  const others = async () => (await mails()).length - 1
  const before = await others() // opening the account sent one
  await staff.perform(userId, 'user.resend-verification')
  await expect.poll(others).toBe(before + 1)
  expect(await ofReset()).toHaveLength(1)
  await manage('PATCH', `/users/${encodeURIComponent(userId)}`, { email_verified: true })
  expect(await staff.send(userId, 'user.resend-verification')).toMatchObject({
    status: 409,
    body: { code: 'already-verified' },
  })
})

test('what policy wants a reason for is not done without one', async () => {
  const userId = await signUp()
  expect(await staff.send(userId, 'user.verify-email')).toMatchObject({
    status: 400,
    body: { code: 'reason-required' },
  })
  expect(await auditOf(userId)).toEqual([])
  const { run } = await staff.perform(userId, 'user.verify-email', { reason: 'Saw the passport' })
  expect((await staff.post(`/actions/${run.runId}/undo`, { reason: 'The wrong one' })).status).toBe(200)
  expect((await inTenant(userId)).email_verified).toBe(false)
})

test('ten equal requests at once are done once, and all get the same outcome', async () => {
  const userId = await signUp({ name: 'Before' })
  const { updated_at: updatedBefore } = await inTenant(userId)
  const request = { params: { name: 'After' } }
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => staff.send(userId, 'user.edit', request, { 'idempotency-key': 'race' })),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(new Set(answers.map(({ body }) => (body.run as ActionRun).runId)).size).toBe(1)
  expect((await auditOf(userId)).map(({ phase }) => phase)).toEqual(['started', 'done'])
  expect((await inTenant(userId)).updated_at).not.toBe(updatedBefore)
  const { rows } = await sql<{ writes: number }>`SELECT count(*) AS writes FROM tenant.logs WHERE type = 'sapi' AND body::text LIKE ${`%${userId}%`} AND body::text LIKE '%After%'`.execute(db.db) // prettier-ignore
  expect(rows[0]?.writes).toBe(1)
  const other = { params: { name: 'Other' } }
  expect(await staff.send(userId, 'user.edit', other, { 'idempotency-key': 'race' })).toMatchObject({
    status: 409,
    body: { code: 'idempotency-key-reused' },
  })
})

test('different requests for one user at once are done one after the other, none lost', async () => {
  const userId = await signUp()
  const edits = ['name', 'nickname', 'givenName', 'familyName'].map((field) => ({
    params: { [field]: `new ${field}` },
  }))
  const outcomes = await Promise.all(edits.map((edit) => staff.send(userId, 'user.edit', edit)))
  expect(outcomes.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect(await inTenant(userId)).toMatchObject({ name: 'new name', family_name: 'new familyName' })
  expect((await auditOf(userId)).map(({ phase }) => phase)).toEqual(Array(4).fill(['started', 'done']).flat())
})

test('what the tenant refuses is told in its words, and the log says so', async () => {
  const userId = await signUp()
  const params = { userMetadata: { big: 'x'.repeat(40_000) } }
  await sql`ALTER TABLE tenant.users ADD CONSTRAINT no_more CHECK (name IS DISTINCT FROM 'Refused')`.execute(db.db)
  const refused = await staff.send(userId, 'user.edit', { params: { name: 'Refused' } })
  await sql`ALTER TABLE tenant.users DROP CONSTRAINT no_more`.execute(db.db)
  expect(refused).toMatchObject({ status: 502, body: { code: 'tenant-failed' } })
  expect((await auditOf(userId)).at(-1)).toMatchObject({ phase: 'not-begun', answer: { status: 500 }, changes: [] })
  await staff.perform(userId, 'user.edit', { params })
  expect(JSON.stringify((await auditOf(userId)).at(-1)).length).toBeLessThan(2000) // long values are told by their hash
})

const never = () => new Promise<never>(() => undefined)

test('an answer that is lost on its way does not make it undone: the tenant is looked at', async () => {
  const userId = await signUp({ name: 'Before' })
  carry = async (method, ask) => {
    const response = await ask()
    return method === 'PATCH' ? never() : response
  }
  const { run } = await staff.perform(userId, 'user.edit', { params: { name: 'After' } })
  carry = undisturbed
  expect(run).toMatchObject({ phase: 'done', changes: [{ field: 'name', before: 'Before', after: 'After' }] })
  expect((await auditOf(userId)).map(({ phase }) => phase)).toEqual(['started', 'done'])
})

test('what never got an answer is told as unknown, and settled once it is known', async () => {
  const userId = await signUp({ name: 'Before' })
  carry = (method, ask) => (method === 'PATCH' ? never() : ask())
  const answer = await staff.send(userId, 'user.edit', { params: { name: 'After' } })
  carry = undisturbed
  expect(answer).toMatchObject({ status: 503, body: { code: 'outcome-unknown' } })
  const phases = async () => (await auditOf(userId)).map(({ phase, settledAtStart }) => [phase, settledAtStart])
  await expect.poll(phases, { timeout: 15_000 }).toEqual([['started', false], ['not-begun', true]]) // prettier-ignore
  await staff.perform(userId, 'user.edit', { params: { name: 'After' } })
}, 30_000)

test('secrets never come into the log: not by a parameter, not by metadata, not by a refusal', async () => {
  const userId = await signUp({ app_metadata: { keys: { api_token: 'tok-before' } } })
  const secret = 'hunter2-Secret-Value'
  const odd = await staff.send(userId, 'user.edit', { params: { name: 'x', password: secret } })
  expect(odd.status).toBe(400)
  const params = { userMetadata: { password: secret }, appMetadata: { keys: { api_token: secret, plain: 'seen' } } }
  const { run } = await staff.perform(userId, 'user.edit', { params })
  const { rows } = await sql<{ found: number }>`SELECT count(*) AS found FROM audit_log WHERE entry::text ~ 'hunter2|tok-before|Correct-Horse'`.execute(db.db) // prettier-ignore
  expect(rows[0]?.found).toBe(0)
  expect(JSON.stringify(await auditOf(userId))).toContain('seen')
  expect((await staff.undo(run.runId)).status).toBe(200) // what is undone is the user, not the log
  expect(await inTenant(userId)).toMatchObject({ app_metadata: { keys: { api_token: 'tok-before' } } })
})

test('of whoever is not there nothing is done and nothing recorded', async () => {
  for (const name of ['user.block', 'user.delete', 'user.assign-roles']) {
    const request = name === 'user.assign-roles' ? { params: { roleIds: ['rol_1'] } } : {}
    expect(await staff.send('auth0|nobody', name, request)).toMatchObject({
      status: 404,
      body: { code: 'user-not-found' },
    })
  }
  expect(await auditOf('auth0|nobody')).toEqual([])
})

test('what may be done to somebody is told, with why not the rest', async () => {
  const userId = await signUp({ blocked: true })
  const { actions } = (await get(`/api/users/${encodeURIComponent(userId)}/actions`)) as { actions: { name: string; isPossible: boolean; obstacle: unknown }[] } // prettier-ignore
  const find = (name: string) => actions.find((action) => action.name === name)
  expect(find('user.block')).toMatchObject({ isPossible: false, obstacle: { code: 'already-blocked' } })
  expect(find('user.unblock')).toMatchObject({ isPossible: true, obstacle: null, needsReason: false })
  expect(find('user.verify-email')).toMatchObject({ needsReason: true })
})
