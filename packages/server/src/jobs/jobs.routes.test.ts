import { Job, permissions } from '@rollcall/contracts/admin-api'
import { openDatabase, sql } from '@rollcall/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allActions } from '../actions/all-actions.ts'
import { actionSamples } from '../testing/action-samples.ts'
import { emptyDatabase, startServer, type TestServer } from '../testing/start-server.ts'

let server: TestServer
let db: ReturnType<typeof openDatabase<object>>
beforeAll(async () => {
  const databaseUrl = await emptyDatabase()
  db = openDatabase<object>({ url: databaseUrl, schema: 'rollcall', poolSize: 1 })
  server = await startServer({ databaseUrl, policy: { reasonRequired: ['user.purge'], approvalAbove: { 'user.block': 1 } } })
}) // prettier-ignore
afterAll(async () => {
  await server.close()
  await db.close()
})

type Claims = Record<string, unknown>
const ask = async (claims: Claims, path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST') => {
  const response = await fetch(`${server.url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${server.issuer.token(claims)}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> }
}
const answer = async (...asked: Parameters<typeof ask>) => {
  const { status, body } = await ask(...asked)
  return [status, body.code]
}
const jobs = async () => (await sql<{ jobs: number }>`SELECT count(*) AS jobs FROM jobs`.execute(db.db)).rows[0]?.jobs
const all = { sub: 'auth0|lead', permissions: ['manage:users'] }
const list = { kind: 'list', entries: ['auth0|1', 'auth0|2'] }
const planned = async (claims: Claims, asked: Claims = { action: 'user.block', selection: list }) => {
  const { status, body } = await ask(claims, '/jobs', asked)
  expect([status, body]).toEqual([201, expect.anything()])
  const { jobId } = Job.parse(body)
  await expect.poll(async () => (await ask(claims, `/jobs/${jobId}`)).body.phase, { timeout: 10_000 }).toBe('planned')
  return jobId
}

const forMany = allActions.filter(({ isForMany }) => isForMany)
const forOne = allActions.filter(({ isForMany }) => !isForMany)
const asking = (name: string) => ({
  action: name,
  params: actionSamples[name],
  selection: list,
  ...(name === 'user.purge' && { reason: 'x' }),
})

test.each(forMany)('$name is not for many in the hands of whoever lacks its permission or that of jobs', async ({ name, permission }) => {
  const before = await jobs()
  const others = permissions.filter((other) => other !== 'manage:users')
  for (const lacking of ['read:users', 'manage:jobs', permission]) {
    const claims = { permissions: others.filter((held) => held !== lacking) }
    expect(await answer(claims, '/jobs', asking(name)), lacking).toEqual([403, 'permission-missing'])
    if (lacking !== permission) continue
    const scheduled = { name: 'x', action: name, params: actionSamples[name], filter: '', every: 'day', reason: 'x' }
    expect((await ask(claims, '/job-schedules', scheduled)).status, 'schedule').toBeGreaterThanOrEqual(403)
  }
  expect(await jobs()).toBe(before)
}) // prettier-ignore

test.each(forOne)('$name is done to one at a time', async ({ name }) => {
  expect(await answer(all, '/jobs', asking(name))).toEqual([409, 'not-for-many'])
})

test('what a user signs in with takes its own permission, also for many', async () => {
  const claims = {
    permissions: permissions.filter((name) => name !== 'manage:users' && name !== 'manage:credentials'),
  }
  const asked = { action: 'user.contain', params: { resetPassword: true }, selection: list }
  expect(await answer(claims, '/jobs', asked)).toEqual([403, 'permission-missing'])
})

test.each([
  ['no action', { selection: list }],
  ['no selection', { action: 'user.block' }],
  ['a selection of no kind', { action: 'user.block', selection: { kind: 'everybody' } }],
  ['an empty list', { action: 'user.block', selection: { kind: 'list', entries: [] } }],
  ['a control character', { action: 'user.block', selection: { kind: 'list', entries: ['a\u0000b'] } }],
  ['a filter that cannot be read', { action: 'user.block', selection: { kind: 'filter', filter: 'shoe:43' } }],
  ['parameters it does not take', { action: 'user.block', params: { force: true }, selection: list }],
  ['a speed of nothing', { action: 'user.block', selection: list, speed: 0 }],
  ['more than it may hold', { action: 'user.block', selection: list, actorId: 'auth0|somebody' }],
  ['users for what is in the recycle bin', { action: 'user.restore', selection: { kind: 'filter', filter: '' } }],
  ['the recycle bin for users', { action: 'user.block', selection: { kind: 'recycle-bin' } }],
  ['no reason where there has to be one', { action: 'user.purge', selection: list }],
  ['no JSON', '{'],
])('%s is no job', async (_what, asked) => {
  const before = await jobs()
  expect((await ask(all, '/jobs', asked)).status).toBe(400)
  expect(await jobs()).toBe(before)
})

test('where no copy of the users is kept, whom a filter means is not known', async () => {
  const { body } = await ask(all, '/jobs', { action: 'user.block', selection: { kind: 'filter', filter: '' } })
  const read = async () => (await ask(all, `/jobs/${String(body.jobId)}`)).body
  await expect.poll(read).toMatchObject({ phase: 'failed', problem: { code: 'directory-needed' } })
})

test('somebody else’s job is not there, but for those who look after what others do; and only its own actor starts it', async () => {
  const agent = { sub: 'auth0|agent', permissions: ['read:users', 'update:users', 'manage:jobs'] }
  const jobId = await planned(agent)
  const nosy = { sub: 'auth0|nosy', permissions: agent.permissions }
  for (const path of ['', '/users', '/unmatched', '/drift']) expect(await answer(nosy, `/jobs/${jobId}${path}`), path).toEqual([404, 'job-not-found'])
  for (const step of ['pause', 'cancel', 'resume', 'retry', 'undo']) expect(await answer(nosy, `/jobs/${jobId}/${step}`, {}), step).toEqual([404, 'job-not-found'])
  expect((await ask(nosy, '/jobs')).body).toMatchObject({ jobs: [] })
  const auditor = { sub: 'auth0|auditor', permissions: [...agent.permissions, 'read:audit'] }
  expect((await ask(auditor, `/jobs/${jobId}`)).body).toMatchObject({ jobId, isMine: false })
  expect(await answer(auditor, `/jobs/${jobId}/start`, { users: 2 })).toEqual([403, 'job-of-another'])
  expect(await answer({ ...agent, permissions: ['read:users', 'update:users'] }, `/jobs/${jobId}/start`, { users: 2 })).toEqual([403, 'permission-missing'])
  expect(await answer({ ...agent, permissions: ['read:users', 'manage:jobs'] }, `/jobs/${jobId}/start`, { users: 2 })).toEqual([403, 'permission-missing'])
  expect(await answer(auditor, `/jobs/${jobId}/cancel`, {})).toEqual([200, undefined])
}) // prettier-ignore

test('only another person who may approve decides, once, and on what they have seen', async () => {
  const jobId = await planned(all)
  const lead = { sub: 'auth0|second', permissions: ['read:users', 'approve:actions'] }
  expect(await answer(lead, `/jobs/${jobId}/approve`, { users: 2 })).toEqual([409, 'job-phase'])
  expect((await ask(all, `/jobs/${jobId}/start`, { users: 2 })).body).toMatchObject({ phase: 'waiting-for-approval' })
  expect(await answer(all, `/jobs/${jobId}/approve`, { users: 2 })).toEqual([403, 'own-request'])
  expect(await answer({ ...lead, permissions: ['read:users', 'manage:jobs', 'read:audit'] }, `/jobs/${jobId}/approve`, { users: 2 })).toEqual([403, 'permission-missing'])
  expect(await answer({ ...lead, sub: 'client@clients' }, `/jobs/${jobId}/approve`, { users: 2 })).toEqual([403, 'not-a-person'])
  expect(await answer(lead, `/jobs/${jobId}/approve`, { users: 3 })).toEqual([409, 'count-differs'])
  expect(await answer(lead, `/jobs/${jobId}/refuse`, {})).toEqual([400, 'invalid-input'])
  const both = await Promise.all([answer(lead, `/jobs/${jobId}/refuse`, { comment: 'No' }), answer({ ...lead, sub: 'auth0|third' }, `/jobs/${jobId}/approve`, { users: 2 })])
  expect(both.map(([status]) => status).sort()).toEqual([200, 409])
}) // prettier-ignore

test('a request that nobody decided on in time cannot be approved any more', async () => {
  const jobId = await planned(all)
  await ask(all, `/jobs/${jobId}/start`, { users: 2 })
  await sql`UPDATE jobs SET approval = approval || '{"until": "2020-01-01T00:00:00.000Z"}' WHERE job_id = ${jobId}`.execute(db.db) // prettier-ignore
  const lead = { sub: 'auth0|second', permissions: ['read:users', 'approve:actions'] }
  const late = await answer(lead, `/jobs/${jobId}/approve`, { users: 2 })
  expect(late[0]).toBe(409)
  await expect.poll(async () => (await ask(all, `/jobs/${jobId}`)).body.phase, { timeout: 10_000 }).toBe('cancelled')
})

test('a schedule is there for whoever made it and whoever looks after others; these may only pause or end it', async () => {
  const agent = { sub: 'auth0|planner', permissions: ['read:users', 'update:users', 'manage:jobs'] }
  const asked = { name: 'Weekly', action: 'user.block', filter: 'blocked:false', every: 'week' }
  const { status, body } = await ask(agent, '/job-schedules', asked)
  expect([status, body]).toMatchObject([201, { every: 'week', isPaused: false, problem: null, isMine: true }])
  const path = `/job-schedules/${String(body.scheduleId)}`
  const put = (claims: Claims, change: unknown) => answer(claims, path, change, 'PUT')
  const paused = { every: 'week', isPaused: true }
  const going = { every: 'week', isPaused: false }
  const seen = async (claims: Claims) => ((await ask(claims, '/job-schedules')).body.schedules as { scheduleId: string }[]).find(({ scheduleId }) => path.endsWith(scheduleId))

  const nosy = { ...agent, sub: 'auth0|nosy' }
  expect(await seen(nosy)).toBeUndefined()
  expect(await put(nosy, paused)).toEqual([404, 'schedule-not-found'])
  expect(await answer(nosy, path, undefined, 'DELETE')).toEqual([404, 'schedule-not-found'])
  const auditor = { sub: 'auth0|auditor', permissions: ['read:users', 'manage:jobs', 'read:audit'] }
  for (const lacking of ['read:users', 'manage:jobs']) expect(await put({ ...auditor, permissions: auditor.permissions.filter((held) => held !== lacking) }, paused), lacking).toEqual([403, 'permission-missing'])
  expect(await put(auditor, { every: 'day', isPaused: false })).toEqual([403, 'schedule-of-another'])
  expect(await put(auditor, paused)).toEqual([200, undefined])
  expect(await seen(auditor)).toMatchObject({ isPaused: true, nextAt: null, isMine: false })
  expect(await put(auditor, going)).toEqual([403, 'schedule-of-another'])
  expect(await put({ ...agent, permissions: ['read:users', 'manage:jobs'] }, going)).toEqual([403, 'permission-missing'])
  for (const wrong of [{}, { every: 'hour', isPaused: false }, { ...going, filter: '' }]) expect(await put(agent, wrong)).toEqual([400, 'invalid-input'])
  expect(await put(agent, { every: 'month', isPaused: false })).toEqual([200, undefined])
  expect(await seen(agent)).toMatchObject({ every: 'month', isPaused: false, nextAt: expect.any(String) })
  expect(await answer(auditor, path, undefined, 'DELETE')).toEqual([204, undefined])
  const { rows } = await sql<{ action: string; actor: string; changes: unknown }>`SELECT entry->>'action' AS action, entry->>'actorId' AS actor, entry->'changes' AS changes
    FROM audit_log WHERE entry->>'subjectId' = ${body.scheduleId} ORDER BY seq`.execute(db.db)
  expect(rows).toMatchObject([
    { action: 'schedule.create', actor: 'auth0|planner' },
    { action: 'schedule.change', actor: 'auth0|auditor', changes: [{ field: 'is_paused', before: false, after: true }] },
    { action: 'schedule.change', actor: 'auth0|planner', changes: [{ field: 'every', before: 'week', after: 'month' }, { field: 'is_paused', before: true, after: false }] },
    { action: 'schedule.delete', actor: 'auth0|auditor' },
  ])
}) // prettier-ignore

test('a schedule whose owner has too many jobs says so', async () => {
  const busy = { sub: 'auth0|busy', permissions: ['manage:users'] }
  await sql`INSERT INTO jobs (job_id, tenant, action, params, selection, actor_id, permissions, origin, phase)
    SELECT gen_random_uuid(), ${server.issuer.origin}, 'user.block', '{}', '{"kind":"list","entries":[]}', 'auth0|busy', '{}', '{}', 'paused' FROM generate_series(1, 50)`.execute(db.db) // prettier-ignore
  const asked = { name: 'Daily', action: 'user.block', filter: 'blocked:false', every: 'day' }
  expect((await ask(busy, '/job-schedules', asked)).status).toBe(201)
  const schedules = async () => (await ask(busy, '/job-schedules')).body.schedules
  await expect.poll(schedules, { timeout: 15_000 }).toContainEqual(expect.objectContaining({ latest: null, problem: expect.objectContaining({ code: 'too-many-jobs' }) })) // prettier-ignore
})

test('nobody fills the database with jobs', async () => {
  const hoarder = { sub: 'auth0|hoarder', permissions: ['manage:users'] }
  await sql`INSERT INTO jobs (job_id, tenant, action, params, selection, actor_id, permissions, origin, phase)
    SELECT gen_random_uuid(), ${server.issuer.origin}, 'user.block', '{}', '{"kind":"list","entries":[]}', 'auth0|hoarder', '{}', '{}', 'paused' FROM generate_series(1, 50)`.execute(db.db) // prettier-ignore
  expect(await answer(hoarder, '/jobs', { action: 'user.block', selection: list })).toEqual([409, 'too-many-jobs'])
})

test('without a database there are no jobs', async () => {
  const bare = await startServer()
  const response = await fetch(`${bare.url}/api/jobs`, {
    headers: { authorization: `Bearer ${bare.issuer.token(all)}` },
  })
  expect([response.status, await response.json()]).toMatchObject([503, { code: 'store-needed' }])
  await bare.close()
})
