import { randomBytes } from 'node:crypto'
import { openDatabase, sql } from '@rollcall/database'
import { verifyAudit, openStore } from '@rollcall/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { crashesBeside } from './testing/crash.ts'
import { actionsOf } from './testing/do-actions.ts'
import { manages, type Manage } from './testing/manage.ts'
import { startStandalone, type TestStandalone } from './testing/start-standalone.ts'

/**
 * A server that is killed at any step of an action: another one finds out from the tenant how it ended, records it, and does nothing again.
 * The killed one is a process of its own; the other one runs beside it, and must leave alone what is not given up.
 */
const leaseMs = 600
const key = randomBytes(32)
let standalone: TestStandalone
let token: string
let manage: Manage
let db: ReturnType<typeof openDatabase<object>>
beforeAll(async () => {
  standalone = await startStandalone({
    directory: 'live',
    actions: { leaseMs },
    recycleBin: { key, checkIntervalMs: 100 },
  })
  const { audience, m2m } = standalone.tenant.credentials
  token = await standalone.token({ audience, ...m2m })
  crash = crashesBeside(standalone, { token, leaseMs, key })
  manage = manages(standalone.tenant)
  db = openDatabase<object>({ url: standalone.databaseUrl, schema: 'rollcall', poolSize: 4 })
})
afterAll(async () => {
  await db.close()
  await standalone.close()
})

let made = 0
const makeUser = async () => {
  const account = { connection: 'Username-Password-Authentication', password: 'Correct-Horse-9-Battery', name: 'Before' }
  const { body } = await manage('POST', '/users', { ...account, email: `crash${++made}@example.com` })
  const userId = (body as { user_id: string }).user_id
  await sql`INSERT INTO tenant.sessions (session_id, cookie_hash, user_id, authenticated_at, last_interacted_at, idle_expires_at, expires_at)
    VALUES (${`sid_${userId}`}, sha256(${userId}::bytea), ${userId}, now(), now(), now() + interval '1 day', now() + interval '3 days')`.execute(db.db)
  return userId
} // prettier-ignore

let crash: ReturnType<typeof crashesBeside>

interface Left {
  phases: string[]
  run:
    | {
        phase: string
        changes: { field: string }[]
        failure: { code: string } | null
        steps: { step: string; result: string }[]
      }
    | undefined
}
const left = async (userId: string): Promise<Left> => {
  const { rows: entries } = await sql<{ phase: string }>`SELECT entry->>'phase' AS phase FROM audit_log WHERE entry->>'subjectId' = ${userId} ORDER BY seq`.execute(db.db) // prettier-ignore
  const { rows: runs } = await sql<NonNullable<Left['run']>>`SELECT phase, changes, failure, steps FROM action_runs WHERE user_id = ${userId}`.execute(db.db) // prettier-ignore
  return { phases: entries.map(({ phase }) => phase), run: runs[0] }
}
const settled = async (userId: string) => {
  await expect.poll(async () => (await left(userId)).run?.phase, { timeout: 10_000 }).not.toBe('started')
  return left(userId)
}
const inTenant = async (userId: string) => {
  const path = `/users/${encodeURIComponent(userId)}`
  const [user, sessions] = await Promise.all([manage('GET', path), manage('GET', `${path}/sessions`)])
  const { blocked = false, name } = user.body as { blocked?: boolean; name?: string }
  return { status: user.status, blocked, name, sessions: (sessions.body as { sessions?: unknown[] }).sessions?.length }
}

const block = { action: 'user.block', params: { revokeRefreshTokens: true } }
const edit = { action: 'user.edit', params: { name: 'After' } }

/** Each step of each, with what is to be found: in the tenant, and of the run. */
const cases = [
  { ...block, step: 'read', outcome: undefined, tenant: { blocked: false, sessions: 1 } },
  { ...block, step: 'recorded', outcome: 'not-begun', tenant: { blocked: false, sessions: 1 } },
  { ...block, step: 'before updateUser', outcome: 'not-begun', tenant: { blocked: false, sessions: 1 } },
  { ...block, step: 'after updateUser', outcome: 'failed', tenant: { blocked: true, sessions: 1 } },
  { ...block, step: 'before endSessions', outcome: 'failed', tenant: { blocked: true, sessions: 1 } },
  { ...block, step: 'after endSessions', outcome: 'done', tenant: { blocked: true, sessions: 0 } },
  { ...block, step: 'before revokeRefreshTokens', outcome: 'done', tenant: { blocked: true, sessions: 0 } },
  { ...block, step: 'after revokeRefreshTokens', outcome: 'done', tenant: { blocked: true, sessions: 0 } },
  { ...block, step: 'ended', outcome: 'done', tenant: { blocked: true, sessions: 0 } },
  { ...block, step: 'finished', outcome: 'done', tenant: { blocked: true, sessions: 0 } },
  { ...edit, step: 'before updateUser', outcome: 'not-begun', tenant: { name: 'Before' } },
  { ...edit, step: 'after updateUser', outcome: 'done', tenant: { name: 'After' } },
  { action: 'user.delete', params: {}, step: 'before deleteUser', outcome: 'not-begun', tenant: { status: 200 } },
  { action: 'user.delete', params: {}, step: 'after deleteUser', outcome: 'done', tenant: { status: 404 } },
  { action: 'user.resend-verification', params: {}, step: 'after sendVerification', outcome: 'failed', tenant: { status: 200 } },
] as const // prettier-ignore

test('a server killed at any step leaves each action settled as the tenant has it, with two entries in the log', async () => {
  const queue = cases.values()
  const worker = async () => {
    for (const { action, params, step, outcome, tenant } of queue) {
      const what = `${action}, killed at “${step}”`
      const userId = await makeUser()
      const { signal, steps } = await crash({ userId, action, params, step })
      expect([signal, steps.at(-1)], what).toEqual(['SIGKILL', step])
      const { run, phases } = outcome === undefined ? await left(userId) : await settled(userId)
      expect(run?.phase, what).toBe(outcome)
      expect(phases, what).toEqual(outcome === undefined ? [] : ['started', outcome])
      expect(await inTenant(userId), what).toMatchObject(tenant)
      if (step === 'after updateUser' && action === 'user.block')
        expect(run).toMatchObject({ failure: { code: 'interrupted' }, changes: [{ field: 'blocked' }] })
      // And it is free for what comes next.
      const next = await actionsOf({ url: standalone.url, token }).send(userId, 'user.edit', {
        params: { name: 'Next' },
      })
      expect([next.status, what]).toEqual([action === 'user.delete' && outcome === 'done' ? 404 : 200, what])
    }
  }
  await Promise.all([worker(), worker(), worker()])
  const store = await openStore(standalone.databaseUrl)
  expect((await verifyAudit(store)).faults).toEqual([])
  await store.close()
}, 120_000)

interface CrashedMaking {
  action: string
  userId: null
  idempotencyKey: string
  params: { connection: string; email: string; roleIds?: string[] }
}
const contained = [
  { step: 'after setPassword', password: 'unknown', block: 'failed', sessions: 'failed', blocked: false },
  { step: 'after updateUser', password: 'unknown', block: 'done', sessions: 'failed', blocked: true },
  { step: 'after revokeRefreshTokens', password: 'unknown', block: 'done', sessions: 'done', blocked: true },
]
test('a server killed while it contains somebody leaves each step told, as far as the tenant shows it', async () => {
  const contain = async ({ step, password, block: blocks, sessions, blocked }: (typeof contained)[number]) => {
    const userId = await makeUser()
    const { signal } = await crash({ userId, action: 'user.contain', params: { resetPassword: true }, step })
    const { run, phases } = await settled(userId)
    expect([signal, phases, run?.failure?.code], step).toEqual(['SIGKILL', ['started', 'failed'], 'partly-done'])
    expect(
      run?.steps.map(({ step: name, result }) => [name, result]),
      step,
    ).toEqual([
      ['reset-password', password],
      ['block', blocks],
      ['end-sessions', sessions],
      ['revoke-refresh-tokens', 'done'], // there were none
    ])
    expect(await inTenant(userId), step).toMatchObject({ blocked })
  }
  await Promise.all(contained.map(contain))
}, 60_000)

const created = [
  { step: 'before createUser', steps: ['failed', 'failed', 'failed'], phase: 'not-begun', users: 0 },
  { step: 'after createUser', steps: ['done', 'failed', 'unknown'], phase: 'failed', users: 1 },
  { step: 'after assignRoles', steps: ['done', 'done', 'unknown'], phase: 'failed', users: 1 },
]
test('who is made by a server that is killed is made once or not at all, however often it is asked for', async () => {
  const role = ((await manage('POST', '/roles', { name: 'Newcomer' })).body as { id: string }).id
  const make = async ({ step, steps, phase, users }: (typeof created)[number]) => {
    const name = step.replaceAll(/\W/g, '-').toLowerCase()
    const [create, invite] = ['user.create', 'user.invite'].map((action) => ({
      action,
      userId: null,
      idempotencyKey: `${action} ${name}`.replaceAll(' ', '-'),
      params: { connection: 'Username-Password-Authentication', email: `${action}.${name}@example.com` },
    })) as [CrashedMaking, CrashedMaking]
    invite.params.roleIds = [role]
    for (const order of step === 'after assignRoles' ? [invite] : [create, invite]) {
      const { email } = order.params
      expect((await crash({ ...order, step })).signal, step).toBe('SIGKILL')
      const { rows } = await sql<{ user_id: string }>`SELECT user_id FROM action_runs WHERE wanted->>'email' = ${email}`.execute(db.db) // prettier-ignore
      const { run, phases } = await settled(rows[0]?.user_id ?? '')
      const isInvite = order === invite
      const ending = isInvite || users === 0 ? phase : 'done'
      expect([run?.phase, phases], `${order.action} ${step}`).toEqual([ending, ['started', ending]])
      if (isInvite) expect(run?.steps.map(({ result }) => result), step).toEqual(steps) // prettier-ignore
      // The same request again is told how it ended, and makes nobody.
      const again = await actionsOf({ url: standalone.url, token }).post(
        `/users/actions/${order.action}`,
        { params: order.params },
        { 'idempotency-key': order.idempotencyKey },
      )
      expect(again.status, `${order.action} ${step}`).toBe(ending === 'done' ? 200 : ending === 'failed' ? 502 : 503)
      expect((await manage('GET', `/users-by-email?email=${email}`)).body).toHaveLength(users)
    }
  }
  await Promise.all(created.map(make))
}, 120_000)

test('a server killed while it links leaves both accounts, or one with the other kept; nothing is between the two', async () => {
  const link = async ({ step, phase, there }: { step: string; phase: string; there: number }) => {
    const [first, second] = [await makeUser(), await makeUser()]
    const params = { secondaryUserId: second, take: { profile: ['name'] } }
    await manage('PATCH', `/users/${encodeURIComponent(second)}`, { name: 'Second' })
    const { signal } = await crash({ userId: first, action: 'user.link', params, step })
    expect([signal, (await settled(first)).run?.phase], step).toEqual(['SIGKILL', phase])
    expect((await manage('GET', `/users/${encodeURIComponent(second)}`)).status, step).toBe(there)
    const { rows } = await sql<{ kept: number }>`SELECT count(*) AS kept FROM deleted_users WHERE user_id = ${second}`.execute(db.db) // prettier-ignore
    if (there === 404) expect(rows[0]?.kept, step).toBe(1)
  }
  await Promise.all([
    link({ step: 'after keep', phase: 'not-begun', there: 200 }),
    link({ step: 'after updateUser', phase: 'failed', there: 200 }),
    link({ step: 'after linkIdentity', phase: 'done', there: 404 }),
  ])
}, 60_000)

test('these are all the steps there are', async () => {
  const { steps } = await crash({ userId: await makeUser(), ...block, step: 'none' })
  expect(steps).toEqual([
    ...new Set(cases.filter(({ action }) => action === 'user.block').map(({ step }) => step)),
    'answered 200',
  ])
})

test('a server that is merely slow keeps its run', async () => {
  const userId = await makeUser()
  const pause = { step: 'before updateUser', ms: leaseMs * 3, isFrozen: false }
  const { steps } = await crash({ userId, ...edit, step: 'none', pause })
  expect(steps.at(-1)).toBe('answered 200')
  expect(await left(userId)).toMatchObject({ phases: ['started', 'done'], run: { phase: 'done' } })
})

test('a server that was frozen for too long finds its run given up, and does not do it any more', async () => {
  const userId = await makeUser()
  const pause = { step: 'before updateUser', ms: leaseMs * 4, isFrozen: true }
  const { steps } = await crash({ userId, ...edit, step: 'none', pause })
  expect(steps.at(-1)).toBe('answered 503')
  expect(await settled(userId)).toMatchObject({ phases: ['started', 'not-begun'], run: { phase: 'not-begun' } })
  expect(await inTenant(userId)).toMatchObject({ name: 'Before' })
})

test('a deletion that is interrupted loses nobody and shows nobody as deleted who is not; a restoration is completed by another', async () => {
  const keptOf = async (userId: string) => {
    const { rows } = await sql<{ kept: number }>`SELECT count(*) AS kept FROM deleted_users WHERE user_id = ${userId}`.execute(db.db) // prettier-ignore
    const page = await standalone.ask(`/api/deleted-users?search=${encodeURIComponent(userId)}`, token)
    const { users } = (await page.json()) as { users: { state: string }[] }
    return { kept: rows[0]?.kept, shown: users.map(({ state }) => state) }
  }
  const [there, gone] = [await makeUser(), await makeUser()]
  await Promise.all([
    crash({ userId: there, action: 'user.delete', params: {}, step: 'before deleteUser' }),
    crash({ userId: gone, action: 'user.delete', params: {}, step: 'after deleteUser' }),
  ])
  expect((await keptOf(there)).shown).toEqual([])
  expect([(await settled(there)).run?.phase, (await settled(gone)).run?.phase]).toEqual(['not-begun', 'done'])
  await expect.poll(() => keptOf(there)).toEqual({ kept: 0, shown: [] })
  expect(await keptOf(gone)).toEqual({ kept: 1, shown: ['deleted'] })

  await crash({ userId: gone, action: 'user.restore', params: {}, step: 'after createUser' })
  const restorations = async () => {
    const { rows } = await sql<{ phase: string }>`SELECT phase FROM action_runs WHERE user_id = ${gone} AND action = 'user.restore' ORDER BY seq`.execute(db.db) // prettier-ignore
    return rows.map(({ phase }) => phase)
  }
  await expect.poll(restorations, { timeout: 10_000 }).toEqual(['failed'])
  expect([await inTenant(gone), await keptOf(gone)]).toMatchObject([{ status: 200 }, { kept: 1 }])
  await actionsOf({ url: standalone.url, token }).perform(gone, 'user.restore')
  expect([await restorations(), await keptOf(gone)]).toEqual([['failed', 'done'], { kept: 0, shown: [] }])
}, 60_000)
