import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { sql } from '@rollcall/database'
import { actionNames, openStore, verifyAudit } from '@rollcall/server'
import { createRandom } from '@rollcall/test-kit/random'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { crashesBeside, type Crash } from './testing/crash.ts'
import { actionsOf } from './testing/do-actions.ts'
import { differencesOfRows, rowsOfUser } from './testing/rows-of-user.ts'
import { database, pathOf, startStaffed, type Staffed } from './testing/start-staffed.ts'

/**
 * Every action, killed at every one of its steps: so many of all these by chance, or `FAULT_CASES=all`. What is found is held against the same
 * action done without a crash. `FAULT_SEED` repeats a choice.
 */
const cases = process.env.FAULT_CASES ?? '10'
const seed = Number(process.env.FAULT_SEED ?? randomInt(2 ** 31))
const leaseMs = 1500
const key = randomBytes(32)
const api = 'https://ledgers.example'

let all: Staffed
let staff: Staffed['staff']
let crash: ReturnType<typeof crashesBeside>
/** Where the server beside the crashing ones goes through its own steps. */
let onStep: (step: string) => void = () => undefined
let role: string
let organization: string

beforeAll(async () => {
  all = await startStaffed({
    directory: 'copy',
    actions: { leaseMs, onStep: (step) => Promise.resolve(onStep(step)) },
    recycleBin: { key, checkIntervalMs: 100 },
  })
  const token = await all.tokenWith(['read:users', 'manage:users', 'read:idp-tokens'])
  staff = actionsOf({ url: all.standalone.url, token })
  crash = crashesBeside(all.standalone, { token, leaseMs, key })
  const make = async (path: string, body: object) => ((await all.manage('POST', path, body)).body as { id: string }).id
  role = await make('/roles', { name: 'Bookkeeper' })
  organization = await make('/organizations', { name: 'ledgers' })
  await all.manage('POST', '/resource-servers', { identifier: api, name: 'Ledgers', scopes: [{ value: 'read:ledgers' }] })
}) // prettier-ignore
afterAll(() => all.close())

type Order = Pick<Crash, 'userId' | 'params' | 'idempotencyKey'> & {
  /** Others whom it concerns, and who stand in the tenant by an id of their own. */
  otherUserIds?: string[]
}
const idOf = (userId: string) => userId.split('|')[1]
const permissions = [{ api, permission: 'read:ledgers' }]
const newcomer = () => {
  const email = `${randomUUID()}@example.com`
  return { userId: null, idempotencyKey: email, params: { connection: database, email } }
}
const signedIn = async (profile?: Record<string, unknown>) => {
  const userId = await all.signUp(profile)
  const sessionId = await all.openSession(userId)
  return { userId, sessionId, tokenId: await all.giveRefreshToken(userId, sessionId) }
}
const withFactor = async () => {
  const userId = await all.signUp()
  await all.manage('POST', `${pathOf(userId)}/authentication-methods`, { type: 'phone', phone_number: '+4930123456' })
  return userId
}
const to = async (userId: string | Promise<string>, params: unknown = {}): Promise<Order> => ({
  userId: await userId,
  params,
})
const after = async (action: string, params?: unknown): Promise<Order> => {
  const userId = await all.signUp()
  await staff.perform(userId, action, { params })
  return to(userId)
}

/** Somebody to whom each action can be done; none may be missing. */
const subjects: Record<string, () => Promise<Order>> = {
  'user.create': () => Promise.resolve(newcomer()),
  'user.invite': async () => {
    const { params, ...rest } = newcomer()
    return { ...rest, params: { ...params, roleIds: [role], organizations: [{ organizationId: organization }] } }
  },
  'user.block': async () => to((await signedIn()).userId, { revokeRefreshTokens: true }),
  'user.unblock': () => to(all.signUp({ blocked: true })),
  'user.edit': () => to(all.signUp(), { name: 'After', userMetadata: { theme: 'dark' } }),
  'user.verify-email': () => to(all.signUp({ email_verified: false })),
  'user.change-email': () => to(all.signUp(), { email: `${randomUUID()}@example.com` }),
  'user.end-sessions': async () => to((await signedIn()).userId),
  'user.revoke-session': async () => {
    const { userId, sessionId } = await signedIn()
    return to(userId, { sessionId })
  },
  'user.revoke-refresh-token': async () => {
    const { userId, tokenId } = await signedIn()
    return to(userId, { tokenId })
  },
  'user.send-password-reset': () => to(all.signUp()),
  'user.create-password-link': () => to(all.signUp()),
  'user.set-password': () => to(all.signUp({ blocked: true }), { password: 'Another-Donkey-7-Capacitor' }),
  'user.resend-verification': () => to(all.signUp({ email_verified: false })),
  'user.create-recovery-code': () => to(withFactor()),
  'user.reset-mfa': () => to(withFactor()),
  'user.lift-brute-force-block': async () => {
    const userId = await all.signUp()
    await sql`INSERT INTO tenant.user_blocks (identifier, ip, connection, user_id) VALUES (${`${randomUUID()}@example.com`}, '192.0.2.1', ${database}, ${userId})`.execute(all.db.db)
    return to(userId)
  },
  'user.contain': async () => to((await signedIn()).userId, { resetPassword: true }),
  'user.assign-roles': () => to(all.signUp(), { roleIds: [role] }),
  'user.remove-roles': async () => ({ ...(await after('user.assign-roles', { roleIds: [role] })), params: { roleIds: [role] } }),
  'user.assign-permissions': () => to(all.signUp(), { permissions }),
  'user.remove-permissions': async () => ({ ...(await after('user.assign-permissions', { permissions })), params: { permissions } }),
  'user.add-to-organizations': () => to(all.signUp(), { organizations: [{ organizationId: organization, roleIds: [role] }] }),
  'user.remove-from-organizations': async () => {
    const joined = await after('user.add-to-organizations', { organizations: [{ organizationId: organization, roleIds: [role] }] })
    return { ...joined, params: { organizationIds: [organization] } }
  },
  'user.link': async () => {
    const [userId, other] = [await all.signUp(), await all.signUp({ name: 'Other' })]
    return { userId, otherUserIds: [other], params: { secondaryUserId: other, take: { profile: ['name'] } } }
  },
  'user.unlink': async () => {
    const [userId, other] = [await all.signUp(), await all.signUp({ name: 'Other' })]
    await staff.perform(userId, 'user.link', { params: { secondaryUserId: other } })
    return { userId, otherUserIds: [other], params: { provider: 'auth0', userId: idOf(other) } }
  },
  'user.reveal-idp-tokens': async () => {
    const userId = await all.signUp()
    await sql`INSERT INTO tenant.identity_tokens VALUES ('auth0', ${idOf(userId)}, '{"access_token": "ya29.secret"}')`.execute(all.db.db)
    return to(userId, { provider: 'auth0', userId: idOf(userId) })
  },
  'user.schedule-deletion': async () => to((await signedIn()).userId),
  'user.cancel-deletion': () => after('user.schedule-deletion'),
  'user.delete': () => to(all.signUp({ app_metadata: { plan: 'gold' } })),
  'user.restore': () => after('user.delete'),
  'user.purge': () => after('user.delete'),
} // prettier-ignore

interface Run {
  run_id: string
  user_id: string
  phase: string
}
const runOf = async (action: string, { userId, idempotencyKey }: Order): Promise<Run | undefined> => {
  const { rows } = await sql<Run>`SELECT run_id, user_id, phase FROM action_runs
    WHERE action = ${action} AND (user_id = ${userId} OR idempotency_key = ${idempotencyKey ?? null}) ORDER BY seq DESC LIMIT 1`.execute(all.db.db) // prettier-ignore
  return rows[0]
}
const phasesOf = async (runId: string) => {
  const { rows } = await sql<{ phase: string }>`SELECT entry->>'phase' AS phase FROM audit_log WHERE entry->>'runId' = ${runId} ORDER BY seq`.execute(all.db.db) // prettier-ignore
  return rows.map(({ phase }) => phase)
}
const rowsOf = (userIds: readonly (string | null)[]) =>
  rowsOfUser(
    all.db.db,
    userIds.filter((id): id is string => id !== null),
  )

/** The action as it goes when nobody dies: its steps, and what is otherwise then in the tenant. */
async function undisturbed(action: string) {
  const order = await subjectOf(action)
  const others = order.otherUserIds ?? []
  const before = await rowsOf([order.userId, ...others])
  const steps: string[] = []
  onStep = (step) => void steps.push(step)
  const path = order.userId === null ? `/users/actions/${action}` : `${pathOf(order.userId)}/actions/${action}`
  const headers: Record<string, string> =
    order.idempotencyKey === undefined ? {} : { 'idempotency-key': order.idempotencyKey }
  const answer = await staff.post(path, { params: order.params }, headers)
  onStep = () => undefined
  expect([action, answer.status, answer.body]).toEqual([action, 200, expect.anything()])
  const run = await runOf(action, order)
  const differences = differencesOfRows(before, await rowsOf([run?.user_id ?? null, ...others]))
  return { steps: [...new Set(steps)], differences }
}
const subjectOf = (action: string): Promise<Order> => {
  const make = subjects[action]
  if (!make) throw new Error(`Nobody is there to whom ${action} could be done.`)
  return make()
}

const tableOf = (difference: string) => difference.split(/[. ]/)[0]

async function killedAt(action: string, step: string, whole: Awaited<ReturnType<typeof undisturbed>>) {
  const what = `${action}, killed at “${step}” (seed ${seed})`
  const { otherUserIds = [], ...order } = await subjectOf(action)
  const earlier = await runOf(action, order)
  const before = await rowsOf([order.userId, ...otherUserIds])
  const { signal, steps } = await crash({ ...order, action, step })
  expect([signal, steps.at(-1)], what).toEqual(['SIGKILL', step])
  if (step === 'read') {
    expect((await runOf(action, order))?.run_id, what).toBe(earlier?.run_id)
    expect(differencesOfRows(before, await rowsOf([order.userId, ...otherUserIds])), what).toEqual([])
    return
  }
  await expect.poll(async () => (await runOf(action, order))?.phase, { message: what, timeout: 15_000 }).not.toBe('started')
  const run = await runOf(action, order)
  expect(await phasesOf(run?.run_id ?? ''), what).toEqual(['started', run?.phase])
  const differences = differencesOfRows(before, await rowsOf([run?.user_id ?? null, ...otherUserIds]))
  if (['ended', 'finished'].includes(step)) expect(run?.phase, what).toBe('done')
  if (run?.phase === 'done') expect.soft(differences, what).toEqual(whole.differences)
  else if (run?.phase === 'not-begun') expect.soft(differences, what).toEqual([])
  else {
    // A part of it, and so of the same tables.
    const tables = new Set(whole.differences.map(tableOf))
    expect.soft([run?.phase, differences.filter((one) => !tables.has(tableOf(one)))], what).toEqual(['failed', []])
  }
  // And they are free for what comes next.
  const next = await staff.send(run?.user_id ?? '', 'user.edit', { params: { nickname: 'next' } })
  const isThere = (await all.manage('GET', pathOf(run?.user_id ?? ''))).status === 200
  expect([what, next.status]).toEqual([what, isThere ? 200 : 404])
} // prettier-ignore

test('somebody is there for every action', () => {
  expect(Object.keys(subjects).sort()).toEqual([...actionNames].sort())
})

test(`every action, killed at any step, is settled as the tenant has it, and stands so in the log (seed ${seed})`, async () => {
  const random = createRandom(seed)
  const wholes = new Map<string, Awaited<ReturnType<typeof undisturbed>>>()
  const isAll = cases === 'all'
  const chosen = isAll ? actionNames : Array.from({ length: Number(cases) }, () => random.pick(actionNames))
  for (const action of new Set(chosen)) wholes.set(action, await undisturbed(action))
  const orders = chosen.flatMap((action) => {
    const whole = wholes.get(action)
    if (!whole) throw new Error(`${action} was not done.`)
    return (isAll ? whole.steps : [random.pick(whole.steps)]).map((step) => ({ action, step, whole }))
  })
  const queue = orders.values()
  const work = async () => {
    for (const { action, step, whole } of queue) await killedAt(action, step, whole)
  }
  await Promise.all([work(), work(), work()])
  expect(orders.length).toBeGreaterThan(0)
  const store = await openStore(all.standalone.databaseUrl)
  expect((await verifyAudit(store)).faults).toEqual([])
  await store.close()
}, cases === 'all' ? 1_200_000 : 120_000) // prettier-ignore
