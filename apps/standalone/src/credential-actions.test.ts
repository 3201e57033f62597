import { randomUUID } from 'node:crypto'
import { ActionOutcome, type ActionStep } from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import { createLogger } from '@rollcall/http-kit'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { actionsOf } from './testing/do-actions.ts'
import { makePasswordClient, recoveryGrant, signIn, type PasswordClient } from './testing/manage.ts'
import { database, password, pathOf, startStaffed, type Staffed } from './testing/start-staffed.ts'

/** What staff do to what somebody signs in with, and to who is signed in, through every floor. */
let all: Staffed
let application: PasswordClient
/** Rollcall's requests to the tenant, for a test to disturb. */
const undisturbed: typeof fetch = (input, init) => fetch(input, init)
let carry = undisturbed
let logged = ''
beforeAll(async () => {
  all = await startStaffed({
    fetch: (input, init) => carry(input, init),
    deadlineMs: 2000,
    logger: createLogger({ level: 'debug', destination: { write: (line) => void (logged += line) } }),
  })
  application = await makePasswordClient(all.manage)
})
afterEach(() => {
  carry = undisturbed
})
afterAll(() => all.close())

/** Answers one kind of request otherwise than the tenant would. */
const disturb = (method: string, path: RegExp, answer: (ask: () => Promise<Response>) => Promise<Response>) => {
  carry = (input, init) => {
    const ask = () => undisturbed(input, init)
    const url = input instanceof Request ? input.url : String(input)
    return init?.method === method && path.test(url) ? answer(ask) : ask()
  }
}
const failing = (status: number, message: string) => () =>
  Promise.resolve(Response.json({ statusCode: status, error: 'Failed', message, errorCode: 'failed' }, { status }))

const entersWith = async (username: string, word: string) =>
  (await signIn(all.standalone.tenant.url, application, { username, password: word })).status === 200
const sessionsOf = async (userId: string) =>
  ((await all.manage('GET', `${pathOf(userId)}/sessions`)).body as { sessions: { id: string }[] }).sessions.map(({ id }) => id) // prettier-ignore
const tokensOf = async (userId: string) =>
  ((await all.manage('GET', `${pathOf(userId)}/refresh-tokens`)).body as { tokens: { id: string }[] }).tokens.map(({ id }) => id) // prettier-ignore
const last = async (userId: string) => (await all.auditOf(userId)).at(-1)

/** In how many rows of all tables of Rollcall's and the tenant's a text stands. */
async function rowsWith(text: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('rollcall', 'tenant')`.execute(all.db.db) // prettier-ignore
  expect(rows.length).toBeGreaterThan(30)
  const found = await Promise.all(
    rows.map(async ({ name }) => {
      const { rows: hits } = await sql<{ hits: number }>`SELECT count(*) AS hits FROM ${sql.raw(name)} AS t WHERE position(${text} IN t::text) > 0`.execute(all.db.db) // prettier-ignore
      return (hits[0]?.hits ?? 0) > 0 ? [name] : []
    }),
  )
  return found.flat()
}

test('a password is set: the old one is no more, sessions stay, and the log says that and not what', async () => {
  const userId = await all.signUp({ email: 'set@example.com' })
  const session = await all.openSession(userId)
  const preview = await all.staff.preview(userId, 'user.set-password')
  expect(preview.changes).toEqual([{ field: 'password', before: null, after: 'set' }])
  expect(preview.warnings.map(({ code }) => code)).toEqual(['sessions-stay', 'known-to-you'])
  const params = { password: 'Another-Donkey-7-Capacitor' }
  const { run } = await all.staff.perform(userId, 'user.set-password', { params, basedOn: preview.basedOn })
  expect(run).toMatchObject({ phase: 'done', changes: preview.changes, steps: [], undo: { isPossible: false } })
  expect(await entersWith('set@example.com', password)).toBe(false)
  expect(await entersWith('set@example.com', params.password)).toBe(true)
  expect(await sessionsOf(userId)).toContain(session)
  expect(await all.auditOf(userId)).toMatchObject([
    { phase: 'started', changes: preview.changes },
    { phase: 'done', changes: preview.changes },
  ])
})

test('a password stands nowhere, in no form: not in a table, not in a log, not in a refusal that repeats it', async () => {
  const userId = await all.signUp()
  const secret = 'Very-Secret-Walrus-31'
  const send = (word: string, key: string) =>
    all.staff.send(userId, 'user.set-password', { params: { password: word }, reason: 'Locked out' }, { 'idempotency-key': key }) // prettier-ignore
  expect((await send(secret, 'one')).status).toBe(200)
  disturb('PATCH', /\/users\//, failing(400, `PasswordStrengthError: '${secret}' is too weak`))
  const refused = await send(secret, 'two')
  expect(refused).toMatchObject({ status: 400, body: { detail: expect.stringContaining('[hidden]') } })
  disturb('PATCH', /\/users\//, failing(500, `Cannot save ${secret}`))
  const failed = await send(secret, 'three')
  expect(failed.status).toBe(502)
  expect(JSON.stringify([refused, failed])).not.toContain(secret)
  expect(logged).toContain('user.set-password')
  expect(logged).not.toContain(secret)
  expect(await rowsWith(secret)).toEqual([])
  // Nor a hash of it, by which it could be guessed: with the same key another password is the same request, and is not set.
  carry = undisturbed
  expect(await send('Other-Secret-Walrus-32', 'one')).toMatchObject({ status: 200, body: { run: { phase: 'done' } } })
  const { rows } = await sql<{ hashes: number }>`SELECT count(DISTINCT request_hash) AS hashes FROM action_runs WHERE user_id = ${userId}`.execute(all.db.db) // prettier-ignore
  expect(rows[0]?.hashes).toBe(1)
})

test('who is blocked stays so when a password is set, though Auth0 lifts a block then', async () => {
  const userId = await all.signUp({ blocked: true })
  const lifts = async (ask: () => Promise<Response>) => {
    carry = undisturbed
    await ask()
    return Response.json((await all.manage('PATCH', pathOf(userId), { blocked: false })).body)
  }
  disturb('PATCH', /\/users\//, lifts)
  const params = { password: 'Another-Donkey-7-Capacitor' }
  const { run, user } = await all.staff.perform(userId, 'user.set-password', { params })
  expect([user?.isBlocked, (await all.inTenant(userId)).blocked]).toEqual([true, true])
  expect(run.steps.map(({ step, result }) => [step, result])).toEqual([['set-password', 'done'], ['block-again', 'done']]) // prettier-ignore

  disturb('PATCH', /\/users\//, async (ask) => {
    const answer = await lifts(ask)
    disturb('PATCH', /\/users\//, failing(403, 'Insufficient scope, expected any of: update:users'))
    return answer
  })
  const partly = await all.staff.send(userId, 'user.set-password', { params })
  const steps = [
    { step: 'set-password', result: 'done', problem: null },
    { step: 'block-again', result: 'failed', problem: { code: 'tenant-scope-missing', message: expect.any(String) } },
  ]
  expect(partly).toMatchObject({ status: 502, body: { code: 'partly-done', steps } })
  const changes = [
    { field: 'blocked', before: true, after: false },
    { field: 'password', before: null, after: 'set' },
  ]
  expect(await last(userId)).toMatchObject({ phase: 'failed', steps, changes })
})

test('a link to set a password is shown once, and stands nowhere', async () => {
  const userId = await all.signUp()
  const key = { 'idempotency-key': 'link' }
  const request = { params: { validForHours: 2 } }
  const { shownOnce, run } = ActionOutcome.parse((await all.staff.send(userId, 'user.create-password-link', request, key)).body) // prettier-ignore
  const shown = shownOnce && 'link' in shownOnce ? shownOnce : undefined
  const hours = (Date.parse(shown?.expiresAt ?? '') - Date.now()) / 3_600_000
  expect(hours).toBeCloseTo(2, 1)
  const link = new URL(shown?.link ?? '')
  expect((await fetch(link)).status).toBe(200)
  expect((await fetch(new URL('?ticket=none', link))).status).not.toBe(200)
  const again = ActionOutcome.parse((await all.staff.send(userId, 'user.create-password-link', request, key)).body)
  expect([again.shownOnce, again.run.runId]).toEqual([null, run.runId])
  const ticket = link.searchParams.get('ticket') ?? ''
  expect(ticket.length).toBeGreaterThan(20)
  expect(await rowsWith(ticket)).toEqual([])
  expect(logged).not.toContain(ticket)
  expect((await all.inTenant(userId)).email_verified).toBe(false)
})

test('a recovery code is shown once, stands nowhere, lets its owner in, and ends the one before', async () => {
  const without = await all.signUp()
  expect(await all.staff.send(without, 'user.create-recovery-code')).toMatchObject({ status: 409, body: { code: 'no-factors' } })
  const userId = await all.signUp({ email: 'locked-out@example.com' })
  await enrol(userId)
  const renew = async (key: string) => {
    const answer = await all.staff.send(userId, 'user.create-recovery-code', {}, { 'idempotency-key': key })
    const { shownOnce } = ActionOutcome.parse(answer.body)
    return shownOnce && 'recoveryCode' in shownOnce ? shownOnce.recoveryCode : undefined
  }
  const [first = '', again, second = ''] = [await renew('first'), await renew('first'), await renew('second')]
  expect([first, again, second]).toEqual([expect.stringMatching(/^[A-Z0-9]{24}$/), undefined, expect.stringMatching(/^[A-Z0-9]{24}$/)])
  for (const code of [first, second]) expect([await rowsWith(code), logged.includes(code)]).toEqual([[], false])
  const enter = async (code: string) => {
    const { clientId, clientSecret } = application
    const asked = await signIn(all.standalone.tenant.url, application, { username: 'locked-out@example.com', password })
    const { mfa_token: mfaToken } = (await asked.json()) as { mfa_token: string }
    const answer = await fetch(`${all.standalone.tenant.url}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: recoveryGrant, client_id: clientId, client_secret: clientSecret, mfa_token: mfaToken, recovery_code: code }),
    })
    return answer.status
  }
  await all.manage('PUT', '/guardian/policies', ['all-applications'])
  const statuses = [await enter(first), await enter(second), await enter(second)]
  await all.manage('PUT', '/guardian/policies', [])
  expect(statuses).toEqual([403, 200, 403])
  expect((await all.auditOf(userId)).map(({ action }) => action)).toContain('user.create-recovery-code')
}) // prettier-ignore

test('an address is changed with its letter, shown in the list, and changed back by the undo', async () => {
  const userId = await all.signUp({ email: 'before@example.com', email_verified: true })
  const params = { email: 'After@Example.com' }
  const preview = await all.staff.preview(userId, 'user.change-email', params)
  expect(preview.changes).toEqual([
    { field: 'email', before: 'before@example.com', after: 'after@example.com' },
    { field: 'email_verified', before: true, after: false },
  ])
  expect(preview.warnings.map(({ code }) => code)).toEqual(['mail-goes-out', 'signs-in-otherwise', 'name-is-address', 'sessions-stay']) // prettier-ignore
  const { run } = await all.staff.perform(userId, 'user.change-email', { params, basedOn: preview.basedOn })
  expect(await all.listed('email:after@example.com')).toEqual([userId])
  await expect.poll(() => all.subjectsTo('after@example.com')).toHaveLength(1)
  expect([await entersWith('after@example.com', password), await entersWith('before@example.com', password)]).toEqual([true, false]) // prettier-ignore
  expect((await all.staff.undo(run.runId)).status).toBe(200)
  expect(await all.inTenant(userId)).toMatchObject({ email: 'before@example.com', email_verified: true })
  expect(await all.subjectsTo('before@example.com')).toEqual([])
})

test('an address that is taken, or not the tenant’s to change, is not changed', async () => {
  const [userId] = [await all.signUp({ email: 'one@example.com' }), await all.signUp({ email: 'two@example.com' })]
  const send = (id: string) => all.staff.send(id, 'user.change-email', { params: { email: 'two@example.com' } })
  expect(await send(userId)).toMatchObject({ status: 409, body: { code: 'email-taken' } })
  await all.manage('POST', '/connections', { name: 'sms', strategy: 'sms' })
  const { body } = await all.manage('POST', '/users', { connection: 'sms', phone_number: '+4930123456' })
  const { user_id: byPhone } = body as { user_id: string }
  expect(await send(byPhone)).toMatchObject({ status: 409, body: { code: 'address-of-provider' } })
  for (const [name, params] of [
    ['user.set-password', { password }],
    ['user.create-password-link', {}],
  ] as const)
    expect(await all.staff.send(byPhone, name, { params })).toMatchObject({
      status: 409,
      body: { code: 'no-password' },
    })
})

const enrol = async (userId: string) => {
  const path = `${pathOf(userId)}/authentication-methods`
  const methods = [
    { type: 'totp', totp_secret: 'A'.repeat(32) },
    { type: 'phone', phone_number: '+4930123456' },
  ]
  return Promise.all(methods.map(async (method) => ((await all.manage('POST', path, method)).body as { id: string }).id)) // prettier-ignore
}

test('second factors are taken away, one or all', async () => {
  const userId = await all.signUp()
  const [totp = '', phone = ''] = await enrol(userId)
  const left = async () =>
    ((await all.manage('GET', `${pathOf(userId)}/authentication-methods`)).body as { id: string }[]).map(({ id }) => id)
  const one = await all.staff.perform(userId, 'user.reset-mfa', { params: { factorId: totp } })
  expect(one.run.changes).toEqual([{ field: `factors.${totp}`, before: { type: 'totp', name: null }, after: null }])
  expect([await left(), one.user?.hasMfa]).toEqual([[phone], true])
  expect(await all.staff.send(userId, 'user.reset-mfa', { params: { factorId: totp } })).toMatchObject({ status: 409, body: { code: 'factor-not-found' } }) // prettier-ignore
  // As Auth0 lists it: no factor, and not taken away with them.
  disturb('GET', /\/authentication-methods/, async (ask) => {
    const page = (await (await ask()).json()) as { authenticators: object[] }
    const asFactor = { id: 'password|dev_1', type: 'password', created_at: '2025-01-01T00:00:00.000Z' }
    return Response.json({ ...page, authenticators: [...page.authenticators, asFactor] })
  })
  const preview = await all.staff.preview(userId, 'user.reset-mfa')
  expect(preview.changes.map(({ field }) => field)).toEqual([`factors.${phone}`])
  expect(preview.warnings.map(({ code }) => code)).toEqual(['password-is-enough'])
  const rest = await all.staff.perform(userId, 'user.reset-mfa')
  expect([await left(), rest.user?.hasMfa, await all.listed(`user_id:"${userId}" mfa:true`)]).toEqual([[], false, []])
  expect(await all.staff.send(userId, 'user.reset-mfa')).toMatchObject({ status: 409, body: { code: 'no-factors' } })
})

test('what the tenant only says that it has unlinked is not told as done', async () => {
  const [userId, other] = [await all.signUp(), await all.signUp()]
  await all.staff.perform(userId, 'user.link', { params: { secondaryUserId: other } })
  const { identities } = await all.inTenant(userId)
  disturb('DELETE', /\/identities\//, () => Promise.resolve(Response.json(identities)))
  const request = { params: { provider: 'auth0', userId: other.split('|')[1] } }
  const answer = await all.staff.send(userId, 'user.unlink', request)
  expect(answer).toMatchObject({ status: 502, body: { code: 'not-unlinked' } })
  expect(await last(userId)).toMatchObject({ phase: 'not-begun', changes: [] })
})

test('whom brute-force protection keeps out is let in again, at every address', async () => {
  const userId = await all.signUp({ email: 'tried@example.com' })
  expect(await all.staff.send(userId, 'user.lift-brute-force-block')).toMatchObject({ status: 409, body: { code: 'not-blocked' } }) // prettier-ignore
  for (const ip of ['192.0.2.1', '192.0.2.2'])
    await sql`INSERT INTO tenant.user_blocks (identifier, ip, connection, user_id) VALUES ('tried@example.com', ${ip}, ${database}, ${userId})`.execute(all.db.db) // prettier-ignore
  const { run } = await all.staff.perform(userId, 'user.lift-brute-force-block')
  expect(run.changes).toMatchObject([{ field: 'brute_force_blocks', before: [{ ip: '192.0.2.1' }, { ip: '192.0.2.2' }], after: [] }]) // prettier-ignore
  expect((await all.manage('GET', `/user-blocks/${encodeURIComponent(userId)}`)).body).toEqual({ blocked_for: [] })
})

test('one session is ended with what came of it, or without; somebody else’s is not to be found', async () => {
  const [userId, other] = [await all.signUp(), await all.signUp()]
  const [kept, ended, bare] = [await all.openSession(userId), await all.openSession(userId), await all.openSession(userId)] // prettier-ignore
  const tokens = [await all.giveRefreshToken(userId, kept), await all.giveRefreshToken(userId, ended), await all.giveRefreshToken(userId, bare)] // prettier-ignore
  const { run } = await all.staff.perform(userId, 'user.revoke-session', { params: { sessionId: ended } })
  expect(run.changes).toMatchObject([{ field: `sessions.${ended}`, before: { created_at: expect.any(String) }, after: null }]) // prettier-ignore
  await all.staff.perform(userId, 'user.revoke-session', { params: { sessionId: bare, revokeRefreshTokens: false } })
  expect([await sessionsOf(userId), await tokensOf(userId)]).toEqual([[kept], [tokens[0], tokens[2]]])

  const notTheirs = { params: { sessionId: await all.openSession(other) } }
  expect(await all.staff.send(userId, 'user.revoke-session', notTheirs)).toMatchObject({ status: 409, body: { code: 'session-not-found' } }) // prettier-ignore
  expect(await sessionsOf(other)).toHaveLength(1)
  const theirs = { params: { tokenId: tokens[0] } }
  expect(await all.staff.send(other, 'user.revoke-refresh-token', theirs)).toMatchObject({ status: 409, body: { code: 'refresh-token-not-found' } }) // prettier-ignore
  await all.staff.perform(userId, 'user.revoke-refresh-token', theirs)
  expect(await tokensOf(userId)).toEqual([tokens[2]])
})

const resultsOf = (steps: unknown) => (steps as ActionStep[]).map(({ step, result }) => [step, result])

test('an account is contained: each step with its result, and until when a token may live', async () => {
  const userId = await all.signUp({ email: 'taken-over@example.com' })
  await enrol(userId)
  const lifetime = 7 * 86_400
  await all.manage('POST', '/resource-servers', { identifier: 'https://slow.example', name: 'Slow', token_lifetime: lifetime }) // prettier-ignore
  await all.giveRefreshToken(userId, await all.openSession(userId))
  const params = { resetPassword: true, resetMfa: true }
  const preview = await all.staff.preview(userId, 'user.contain', params)
  expect(preview.warnings[0]).toMatchObject({ code: 'access-tokens-live-on', message: expect.stringContaining('Slow, after 168 hours') }) // prettier-ignore
  const { run, user } = await all.staff.perform(userId, 'user.contain', { params, reason: 'Taken over' })
  const done = ['reset-password', 'block', 'end-sessions', 'revoke-refresh-tokens', 'reset-mfa'].map((step) => [step, 'done']) // prettier-ignore
  expect(resultsOf(run.steps)).toEqual(done)
  expect(Date.parse(run.accessTokensUntil ?? '') - Date.parse(run.endedAt ?? '')).toBe(lifetime * 1000)
  expect(run.changes.map(({ field }) => field.replace(/^factors\..*/, 'factor'))).toEqual(['blocked', 'sessions', 'refresh_tokens', 'password', 'factor', 'factor']) // prettier-ignore
  expect([user?.isBlocked, user?.hasMfa, await sessionsOf(userId), await tokensOf(userId)]).toEqual([true, false, [], []]) // prettier-ignore
  expect(resultsOf((await last(userId))?.steps)).toEqual(done)
  expect(run.undo).toMatchObject({ isPossible: false, why: expect.stringContaining('do not come back') })
  await all.staff.perform(userId, 'user.unblock')
  expect(await entersWith('taken-over@example.com', password)).toBe(false)
})

test('containing without resets is undone by an unblock, unless they were blocked before', async () => {
  const userId = await all.signUp()
  const { run } = await all.staff.perform(userId, 'user.contain')
  expect(resultsOf(run.steps).flat()).not.toContain('reset-password')
  expect((await all.staff.undo(run.runId)).status).toBe(200)
  expect((await all.inTenant(userId)).blocked).toBe(false)
  const blocked = await all.signUp({ blocked: true })
  await all.openSession(blocked)
  expect((await all.staff.perform(blocked, 'user.contain')).run).toMatchObject({ changes: [{ field: 'sessions' }], undo: { isPossible: false } }) // prettier-ignore
})

test('a step of containing that fails hides none of the others, and is told wherever the run is', async () => {
  const userId = await all.signUp()
  await all.giveRefreshToken(userId, await all.openSession(userId))
  disturb('DELETE', /\/sessions$/, failing(403, 'Insufficient scope, expected any of: delete:sessions'))
  const key = { 'idempotency-key': 'contain' }
  const answer = await all.staff.send(userId, 'user.contain', {}, key)
  const steps = [
    { step: 'block', result: 'done', problem: null },
    { step: 'end-sessions', result: 'failed', problem: { code: 'tenant-scope-missing', message: expect.stringContaining('delete:sessions') } },
    { step: 'revoke-refresh-tokens', result: 'done', problem: null },
  ] // prettier-ignore
  expect(answer).toMatchObject({ status: 502, body: { code: 'partly-done', steps, detail: expect.stringContaining('end-sessions') } }) // prettier-ignore
  expect([(await all.inTenant(userId)).blocked, await sessionsOf(userId), await tokensOf(userId)]).toMatchObject([true, [expect.any(String)], []]) // prettier-ignore
  const entry = await last(userId)
  expect(entry).toMatchObject({ phase: 'failed', steps, changes: [{ field: 'blocked' }, { field: 'refresh_tokens' }] })
  const run = await (await all.standalone.ask(`/api/actions/${String(entry?.runId)}`, all.token)).json()
  expect(run).toMatchObject({ phase: 'failed', steps, failure: { code: 'partly-done' }, accessTokensUntil: expect.any(String) }) // prettier-ignore
  // Repeated, it is told again and not done again; asked anew, what is left is done.
  expect((await all.staff.send(userId, 'user.contain', {}, key)).body).toMatchObject({ code: 'partly-done', steps })
  carry = undisturbed
  expect((await all.staff.perform(userId, 'user.contain')).run.changes).toMatchObject([{ field: 'sessions', after: 0 }])
})

test('without sight of sessions an account is contained all the same, and the answer says what was left out', async () => {
  const userId = await all.signUp()
  disturb('GET', /\/(sessions|resource-servers)/, failing(403, 'Insufficient scope, expected any of: read:sessions'))
  const { run } = await all.staff.perform(userId, 'user.contain')
  expect(run.steps).toContainEqual({ step: 'end-sessions', result: 'skipped', problem: { code: 'sessions-out-of-reach', message: expect.any(String) } }) // prettier-ignore
  expect([run.phase, run.accessTokensUntil]).toEqual(['done', null])
})

test('a provider’s tokens are shown once to whoever may by name, recorded before that, and stand nowhere else', async () => {
  const userId = await all.signUp()
  const [provider, id] = userId.split('|')
  const secret = `ya29.${randomUUID()}`
  await sql`INSERT INTO tenant.identity_tokens VALUES (${provider}, ${id}, ${JSON.stringify({ access_token: secret, refresh_token: `1//${secret}`, expires_in: 3599 })})`.execute(all.db.db) // prettier-ignore
  const request = { params: { provider, userId: id }, reason: 'Asked for by the person' }
  // Whoever may do everything else may not do this.
  expect(await all.staff.send(userId, 'user.reveal-idp-tokens', request)).toMatchObject({ status: 403, body: { code: 'permission-missing' } }) // prettier-ignore
  expect(await all.auditOf(userId)).toEqual([])

  const token = await all.tokenWith(['read:users', 'read:idp-tokens'])
  const staff = actionsOf({ url: all.standalone.url, token })
  const key = { 'idempotency-key': 'reveal' }
  const { status, body } = await staff.send(userId, 'user.reveal-idp-tokens', request, key)
  expect(status).toBe(200)
  expect(body.shownOnce).toEqual({ tokens: [{ name: 'access_token', token: secret }, { name: 'refresh_token', token: `1//${secret}` }] }) // prettier-ignore
  expect((await staff.send(userId, 'user.reveal-idp-tokens', request, key)).body.shownOnce).toBeNull()
  const audited = await all.auditOf(userId)
  expect(audited.map(({ action, phase }) => [action, phase])).toEqual([['user.reveal-idp-tokens', 'started'], ['user.reveal-idp-tokens', 'done']]) // prettier-ignore

  expect(await rowsWith(secret)).toEqual(['tenant.identity_tokens'])
  expect(logged).not.toContain(secret)
  const paths = ['', '/identities', '/related', '/summary', '/timeline']
  for (const path of [
    ...paths.map((part) => `${pathOf(userId)}${part}`),
    '/users?columns=identities',
    '/users/export?format=ndjson',
    '/audit',
  ]) {
    const answer = await all.standalone.ask(`/api${path}`, all.token)
    expect([path, answer.status, (await answer.text()).includes(secret)]).toEqual([path, 200, false])
  }
  expect(await staff.send(userId, 'user.reveal-idp-tokens', { params: { provider: 'github', userId: '1' } })).toMatchObject({ status: 409, body: { code: 'not-linked' } }) // prettier-ignore
  const without = await all.signUp()
  const none = { params: { provider: 'auth0', userId: without.split('|')[1] } }
  expect(await staff.send(without, 'user.reveal-idp-tokens', none)).toMatchObject({ status: 409, body: { code: 'no-tokens' } }) // prettier-ignore
})
