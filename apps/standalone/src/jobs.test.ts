import {
  AuditPage,
  Job,
  JobDrift,
  JobSchedule,
  JobScheduleList,
  JobUnmatched,
  JobUserPage,
} from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openStore, verifyAudit } from '@rollcall/server'
import { signInAsStaff } from './testing/sign-in-staff.ts'
import { pathOf, startStaffed, type Staffed } from './testing/start-staffed.ts'

/** One action done to many users, through every floor: the API, the worker, the SDK, the local tenant. */
let staffed: Staffed
let { standalone, manage, staff, db, signUp, inTenant, auditOf, listed } = {} as Staffed
/** The way to the tenant, for a test to disturb. */
const undisturbed = (_method: string, _url: string, ask: () => Promise<Response>) => ask()
let carry: typeof undisturbed = undisturbed
let lead: string
beforeAll(async () => {
  staffed = await startStaffed({
    policy: { approvalAbove: { 'user.delete': 1, 'user.end-sessions': 0 } },
    actions: { leaseMs: 5000 },
    deadlineMs: 1000,
    recycleBin: { key: Buffer.alloc(32, 7) },
    fetch: (input, init) => carry(init?.method ?? 'GET', String(input), () => fetch(input, init)),
  })
  ;({ standalone, manage, staff, db, signUp, inTenant, auditOf, listed } = staffed)
  lead = await signInAsStaff(staffed, 'lead@example.com')
})
afterAll(() => staffed.close())

/** A few users with a mark that a filter finds, and no other test. */
let marks = 0
const crowd = async (size: number) => {
  const mark = `crowd-${++marks}`
  const ids: string[] = []
  for (let made = 0; made < size; made += 1) ids.push(await signUp({ app_metadata: { mark }, name: `${mark} ${made}` }))
  await expect.poll(async () => (await listed(`app_metadata.mark:${mark}`)).length).toBe(size)
  return { ids, filter: `app_metadata.mark:${mark}` }
}

const get = async (path: string, token = staffed.token) => (await standalone.ask(`/api/jobs${path}`, token)).json() as Promise<unknown> // prettier-ignore
const read = async (jobId: string) => Job.parse(await get(`/${jobId}`))
const reaches = (jobId: string, phase: Job['phase']) =>
  vi.waitFor(
    async () => {
      const job = await read(jobId)
      if (job.phase !== phase) throw new Error(`It is ${job.phase}, ${JSON.stringify(job.counts)} ${JSON.stringify(job.problem)}`)
      return job
    },
    { timeout: 20_000, interval: 50 },
  ) // prettier-ignore
const plan = async (asked: Record<string, unknown>) => {
  const { status, body } = await staff.post('/jobs', asked)
  expect([status, body]).toEqual([201, expect.anything()])
  return reaches(Job.parse(body).jobId, 'planned')
}
const start = async ({ jobId, counts }: Job) => {
  expect(await staff.post(`/jobs/${jobId}/start`, { users: counts.waiting })).toMatchObject({ status: 200 })
  return reaches(jobId, 'done')
}
const outcomes = async (jobId: string, query = '') => JobUserPage.parse(await get(`/${jobId}/users?limit=200${query}`)).users // prettier-ignore
const steer = (job: Job, step: string, body: unknown = {}) => staff.post(`/jobs/${job.jobId}/${step}`, body)

test('all who match are blocked after a dry run and a number, each once and on record, and all of it is undone', async () => {
  const { ids, filter } = await crowd(5)
  const [blocked = '', spared = ''] = ids
  await staff.perform(blocked, 'user.block')
  const planned = await plan({ action: 'user.block', selection: { kind: 'filter', filter, except: [spared] }, reason: 'Leaked' })
  expect(planned).toMatchObject({
    counts: { users: 4, waiting: 3, done: 0, failed: 0, excluded: 1 },
    plan: { excluded: [{ code: 'already-blocked', users: 1 }], cannotBeUndone: [], warnings: expect.arrayContaining([expect.objectContaining({ code: 'access-tokens-live-on' })]) },
    selection: { kind: 'filter', filter, unmatched: 0 },
    isMine: true,
  })
  expect(planned.plan?.samples.map(({ changes }) => changes)).toEqual(Array.from({ length: 3 }, () => expect.arrayContaining([{ field: 'blocked', before: false, after: true }])))
  expect(await listed(`${filter} blocked:true`)).toEqual([blocked])

  expect(await steer(planned, 'start', { users: 4 })).toMatchObject({ status: 409, body: { code: 'count-differs' } })
  const done = await start(planned)
  expect(done).toMatchObject({ counts: { done: 3, failed: 0, excluded: 1, waiting: 0 }, undo: { isPossible: true } })
  expect((await listed(`${filter} blocked:true`)).sort()).toEqual(ids.filter((id) => id !== spared).sort())
  const log = await Promise.all(
    ['', '/export'].map(async (path) => (await standalone.ask(`/api/audit${path}?job=${done.jobId}`, staffed.token)).text()),
  )
  const { entries } = AuditPage.parse(JSON.parse(log[0] ?? ''))
  expect(entries.map(({ action }) => action)).toEqual(['job.end', ...Array.from({ length: 6 }, () => 'user.block'), 'job.start', 'job.create'])
  expect(log[1]?.trim().split('\n')).toHaveLength(1 + entries.length)
  const [third = ''] = ids.slice(2)
  expect(await auditOf(third)).toMatchObject([
    { action: 'user.block', phase: 'started', reason: 'Leaked', jobId: planned.jobId },
    { action: 'user.block', phase: 'done', jobId: planned.jobId },
  ])
  expect((await auditOf(planned.jobId)).map(({ action }) => action)).toEqual(['job.create', 'job.start', 'job.end'])
  expect((await outcomes(planned.jobId, '&state=done')).every(({ runId }) => runId !== null)).toBe(true)

  const undoing = Job.parse((await steer(done, 'undo')).body)
  const undone = await start(await reaches(undoing.jobId, 'planned'))
  expect(undone).toMatchObject({ action: 'user.unblock', undoOf: done.jobId, counts: { done: 3, excluded: 0 } })
  expect(await listed(`${filter} blocked:true`)).toEqual([blocked])
  expect(await read(done.jobId)).toMatchObject({ undoneBy: undone.jobId, undo: { isPossible: false } })
  expect(await steer(done, 'undo')).toMatchObject({ status: 409, body: { code: 'cannot-be-undone' } })
}) // prettier-ignore

test('a list of ids and addresses finds whom it means, once each, and says what it does not mean', async () => {
  const { ids } = await crowd(2)
  const [one = '', two = ''] = ids
  const email = String((await inTenant(two)).email).toUpperCase()
  const entries = [one, 'nobody@example.com', email, two, 'auth0|nobody', one]
  const planned = await plan({ action: 'user.assign-roles', params: { roleIds: [await anyRole()] }, selection: { kind: 'list', entries } })
  expect(planned).toMatchObject({ counts: { users: 2, waiting: 2 }, selection: { kind: 'list', entries: 6, unmatched: 2 } })
  expect(JobUnmatched.parse(await get(`/${planned.jobId}/unmatched`)).entries).toEqual([
    { entry: 'nobody@example.com', why: 'nobody' },
    { entry: 'auth0|nobody', why: 'nobody' },
  ])
  expect((await outcomes(planned.jobId)).map(({ userId }) => userId)).toEqual([one, two])
}) // prettier-ignore

const anyRole = async () => ((await manage('GET', '/roles')).body as { id: string }[])[0]?.id ?? ''

test('an address that two users have is no match', async () => {
  const email = 'twice@example.com'
  await manage('POST', '/connections', { name: 'email', strategy: 'email' })
  await signUp({ email })
  await signUp({ email, connection: 'email', password: undefined, email_verified: true })
  await expect.poll(async () => (await listed(`email:${email}`)).length).toBe(2)
  const planned = await plan({ action: 'user.block', selection: { kind: 'list', entries: [email] } })
  expect(JobUnmatched.parse(await get(`/${planned.jobId}/unmatched`)).entries).toEqual([
    { entry: email, why: 'several' },
  ])
  expect(await steer(planned, 'start', { users: 0 })).toMatchObject({ status: 409, body: { code: 'nobody-waits' } })
})

test('who no longer matches when their turn comes is passed over', async () => {
  const { ids, filter } = await crowd(2)
  const [kept = '', gone = ''] = ids
  const planned = await plan({ action: 'user.schedule-deletion', selection: { kind: 'filter', filter } })
  await manage('PATCH', pathOf(kept), { app_metadata: { mark: 'came back' } })
  await manage('DELETE', pathOf(gone))
  await expect.poll(() => listed(filter)).toEqual([])
  expect(JobDrift.parse(await get(`/${planned.jobId}/drift`))).toMatchObject({ departed: 1, changed: 1, noLongerMatching: 1, users: [{ userId: kept }] }) // prettier-ignore
  const done = await start(planned)
  expect(done.counts).toMatchObject({ done: 0, excluded: 2 })
  expect((await inTenant(kept)).blocked).toBeUndefined()
})

test('while the tenant is away a job stands still and says so; back again, everybody is done once', async () => {
  const { ids, filter } = await crowd(6)
  let failures = 0
  carry = (method, _url, ask) => {
    if (method !== 'PATCH' || failures >= 8) return ask()
    failures += 1
    return failures % 2 === 0 ? Promise.resolve(new Response('{}', { status: 503 })) : ask().then(() => { throw Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) }) }) // prettier-ignore
  }
  const planned = await plan({ action: 'user.block', selection: { kind: 'filter', filter } })
  await steer(planned, 'start', { users: 6 })
  const done = await reaches(planned.jobId, 'done')
  carry = undisturbed
  expect(done.counts).toMatchObject({ done: 6, failed: 0, excluded: 0 })
  const { rows } = await sql<{ user_id: string; changed: number }>`
    SELECT entry->>'subjectId' AS user_id, count(*) AS changed FROM audit_log
    WHERE entry->>'jobId' = ${planned.jobId} AND (entry->'changes')::jsonb @? '$[*] ? (@.field == "blocked")' AND entry->>'phase' <> 'started' GROUP BY 1`.execute(db.db) // prettier-ignore
  expect(rows.map(({ user_id: id, changed }) => [id, changed]).sort()).toEqual(ids.map((id) => [id, 1]).sort())
})

test('where the end of the last one could not be written down, it is written down later', async () => {
  const { filter } = await crowd(1)
  const planned = await plan({ action: 'user.block', selection: { kind: 'filter', filter } })
  const run = (statement: string) => sql.raw(statement).execute(db.db)
  await run('CREATE SEQUENCE public.refused') // counts what is taken back, too
  await run(`CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN PERFORM nextval('public.refused'); RAISE EXCEPTION 'not now'; END $$`) // prettier-ignore
  await run(`CREATE TRIGGER refuse BEFORE UPDATE ON rollcall.job_users FOR EACH ROW WHEN (NEW.state = 'done') EXECUTE FUNCTION public.refuse()`) // prettier-ignore
  await steer(planned, 'start', { users: 1 })
  // It was tried, and nobody is left whose turn would have it tried again.
  await expect.poll(async () => (await run('SELECT is_called FROM public.refused')).rows, { timeout: 10_000 }).toEqual([{ is_called: true }]) // prettier-ignore
  expect((await outcomes(planned.jobId)).map(({ state }) => state)).toEqual(['working'])
  await run('DROP TRIGGER refuse ON rollcall.job_users')
  expect((await reaches(planned.jobId, 'done')).counts).toMatchObject({ done: 1, waiting: 0 })
  await run('DROP FUNCTION public.refuse')
  await run('DROP SEQUENCE public.refused')
})

test('a job is paused, goes on, is cancelled, and each only when that makes sense', async () => {
  const { filter } = await crowd(3)
  let let1: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (let1 = resolve))
  const planned = await plan({ action: 'user.block', selection: { kind: 'filter', filter }, speed: 1 })
  expect(await steer(planned, 'pause')).toMatchObject({ status: 409, body: { code: 'job-phase' } })
  carry = async (method, _url, ask) => {
    if (method === 'PATCH') await gate
    return ask()
  }
  await steer(planned, 'start', { users: 3 })
  await expect.poll(async () => (await outcomes(planned.jobId, '&state=working')).length).toBe(1)
  expect(await steer(planned, 'pause')).toMatchObject({ status: 200, body: { phase: 'paused' } })
  let1()
  carry = undisturbed
  await expect.poll(async () => (await read(planned.jobId)).counts.done).toBe(1)
  expect((await read(planned.jobId)).counts.waiting).toBe(2)
  expect(await steer(planned, 'speed', { speed: 0 })).toMatchObject({ status: 400 })
  expect(await steer(planned, 'speed', { speed: 100 })).toMatchObject({ body: { speed: 100 } })
  expect(await steer(planned, 'cancel')).toMatchObject({
    body: { phase: 'cancelled', counts: { done: 1, waiting: 2 } },
  })
  expect(await steer(planned, 'resume')).toMatchObject({ status: 409, body: { code: 'job-phase' } })
  expect((await listed(`${filter} blocked:true`)).length).toBe(1)
})

test('those who failed are tried again, and nobody else', async () => {
  const { ids, filter } = await crowd(3)
  const [unlucky = ''] = ids
  carry = (method, url, ask) =>
    method === 'PATCH' && url.includes(encodeURIComponent(unlucky))
      ? Promise.resolve(Response.json({ statusCode: 400, error: 'Bad Request', message: 'Not today', errorCode: 'operation_not_supported' }, { status: 400 }))
      : ask()
  const done = await start(await plan({ action: 'user.edit', params: { nickname: 'Nick' }, selection: { kind: 'filter', filter } }))
  expect(done.counts).toMatchObject({ done: 2, failed: 1 })
  expect(await outcomes(done.jobId, '&state=failed')).toMatchObject([{ userId: unlucky, problem: { code: 'tenant-refused', message: expect.stringContaining('Not today') } }])
  carry = undisturbed
  expect(await steer(done, 'retry')).toMatchObject({ status: 200, body: { phase: 'running', counts: { done: 2, failed: 0, waiting: 1 } } })
  expect((await reaches(done.jobId, 'done')).counts).toMatchObject({ done: 3, failed: 0 })
  expect(await steer(done, 'retry')).toMatchObject({ status: 409, body: { code: 'nobody-waits' } })
}) // prettier-ignore

test('what policy wants approved waits for another person, who sees what it is and what has changed since', async () => {
  const { ids, filter } = await crowd(2)
  const alone = await plan({ action: 'user.delete', selection: { kind: 'list', entries: [ids[0]] } })
  expect(alone.approval.isNeeded).toBe(false)
  const planned = await plan({ action: 'user.delete', selection: { kind: 'filter', filter } })
  expect(planned.approval).toMatchObject({ isNeeded: true, isGiven: null })
  expect((await steer(planned, 'start', { users: 2 })).body).toMatchObject({ phase: 'waiting-for-approval' })
  const ask = (step: string, body: unknown, token = lead) =>
    fetch(`${standalone.url}/api/jobs/${planned.jobId}/${step}`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(body) })
  expect(await (await ask('approve', { users: 2 }, staffed.token)).json()).toMatchObject({ code: 'not-a-person' })
  expect(await (await ask('start', { users: 2 })).json()).toMatchObject({ code: 'job-of-another' })
  expect(await (await ask('approve', { users: 3 })).json()).toMatchObject({ code: 'count-differs' })
  expect(await listed(filter)).toHaveLength(2)
  expect(await (await ask('approve', { users: 2, comment: 'Checked' })).json()).toMatchObject({ phase: 'running', approval: { isGiven: true, comment: 'Checked' } })
  expect((await reaches(planned.jobId, 'done')).counts).toMatchObject({ done: 2 })
  expect((await manage('GET', pathOf(ids[0] ?? ''))).status).toBe(404)
  expect((await auditOf(planned.jobId)).at(-2)).toMatchObject({ action: 'job.approve', actorKind: 'person', reason: 'Checked' })
}) // prettier-ignore

test('nobody approves their own, and what needs two is not done by one to a single user either', async () => {
  const [userId = ''] = (await crowd(1)).ids
  const headers = { authorization: `Bearer ${lead}`, 'content-type': 'application/json' }
  const ask = async (path: string, body: unknown) =>
    (await fetch(`${standalone.url}/api${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json() as Promise<Record<string, unknown>> // prettier-ignore
  expect(await ask(`${pathOf(userId)}/actions/user.end-sessions`, {})).toMatchObject({ code: 'approval-needed' })
  const job = Job.parse(
    await ask('/jobs', { action: 'user.end-sessions', selection: { kind: 'list', entries: [userId] } }),
  )
  await reaches(job.jobId, 'planned')
  expect(await ask(`/jobs/${job.jobId}/start`, { users: 1 })).toMatchObject({ phase: 'waiting-for-approval' })
  expect(await ask(`/jobs/${job.jobId}/approve`, { users: 1 })).toMatchObject({ code: 'own-request' })
  expect(await ask(`/jobs/${job.jobId}/refuse`, { comment: 'No' })).toMatchObject({ code: 'own-request' })
  expect(await ask(`/jobs/${job.jobId}/cancel`, {})).toMatchObject({ phase: 'cancelled' })
})

test('many are deleted, and restored from the recycle bin', async () => {
  const { ids, filter } = await crowd(1)
  const [userId = ''] = ids
  await start(await plan({ action: 'user.delete', selection: { kind: 'filter', filter } }))
  expect((await manage('GET', pathOf(userId))).status).toBe(404)
  const planned = await plan({ action: 'user.restore', selection: { kind: 'recycle-bin', search: userId } })
  expect(planned.counts).toMatchObject({ users: 1, waiting: 1 })
  expect((await start(planned)).counts).toMatchObject({ done: 1 })
  expect(await inTenant(userId)).toMatchObject({ user_id: userId, name: expect.stringContaining('crowd') })
})

test('a schedule has a dry run made again and again, and does nothing by itself', async () => {
  const { filter, ids } = await crowd(2)
  const asked = { name: 'Every day', action: 'user.schedule-deletion', filter, every: 'day' }
  expect(await staff.post('/job-schedules', { ...asked, every: 'hour' })).toMatchObject({ status: 400 })
  expect(await staff.post('/job-schedules', { ...asked, action: 'user.set-password' })).toMatchObject({
    status: 409,
    body: { code: 'not-for-many' },
  })
  const { status, body } = await staff.post('/job-schedules', asked)
  expect([status, body]).toMatchObject([201, { latest: null }])
  const { scheduleId } = JobSchedule.parse(body)
  const latest = async () => {
    const answer = await standalone.ask('/api/job-schedules', staffed.token)
    return JobScheduleList.parse(await answer.json()).schedules.find((one) => one.scheduleId === scheduleId)?.latest
  }
  await expect
    .poll(latest, { timeout: 15_000 })
    .toMatchObject({ phase: 'planned', counts: { waiting: 2 }, problem: null })
  const first = (await latest())?.jobId ?? ''
  await sql`UPDATE job_schedules SET next_at = now() WHERE schedule_id = ${scheduleId}`.execute(db.db)
  await expect.poll(async () => (await latest())?.jobId, { timeout: 15_000 }).not.toBe(first)
  await expect.poll(latest, { timeout: 15_000 }).toMatchObject({ phase: 'planned', counts: { waiting: 2 } })
  expect(await read(first)).toMatchObject({ phase: 'cancelled', scheduleId, problem: { code: 'replaced' } })
  expect(await auditOf(first)).toContainEqual(expect.objectContaining({ action: 'job.lapse' }))
  expect((await listed(filter)).sort()).toEqual(ids.toSorted())
  await start(await read((await latest())?.jobId ?? ''))
  expect(await listed(filter)).toEqual([])
  expect((await standalone.ask(`/api/job-schedules/${scheduleId}`, staffed.token, 'DELETE')).status).toBe(204)
  expect(await latest()).toBeUndefined()
})

test('after all of this the audit log verifies', async () => {
  const { rows } = await sql<{
    started: number
  }>`SELECT count(*) AS started FROM action_runs WHERE phase = 'started'`.execute(db.db)
  expect(rows).toEqual([{ started: 0 }])
  const store = await openStore(standalone.databaseUrl)
  expect((await verifyAudit(store)).faults).toEqual([])
  await store.close()
})
