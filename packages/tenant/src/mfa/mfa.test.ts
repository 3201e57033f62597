import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepAt, totpCode } from '../authentication-methods/totp.ts'
import { TestBrowser, authorizeUrl, eventsOf, exchangeCode } from '../testing/browser.ts'
import type { Step } from '../testing/browser.ts'
import { makeClient, makeUser, post } from '../testing/make.ts'
import type { TestClient, TestUser } from '../testing/make.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'
import { multiFactor } from './policy.ts'

let tenant: TestTenant
let twin: TestTenant
let native: TestClient
let clock = Date.now()
const now = () => new Date(clock)
const passwordGrant = 'password'
const otpGrant = 'http://auth0.com/oauth/grant-type/mfa-otp'
const recoveryGrant = 'http://auth0.com/oauth/grant-type/mfa-recovery-code'

beforeAll(async () => {
  tenant = await startTestTenant(undefined, now)
  twin = await startTestTenant(tenant, now)
  native = await makeClient(tenant, { app_type: 'native', grant_types: [passwordGrant, otpGrant, recoveryGrant, 'refresh_token'] }) // prettier-ignore
  await tenant.api('PUT', '/guardian/factors/otp', { enabled: true })
  await tenant.api('PUT', '/guardian/policies', ['all-applications'])
})
afterAll(async () => {
  await twin.close()
  await tenant.close()
})

const browser = () => new TestBrowser(tenant.http)
const secretIn = (html: string) => /class="secret">([^<]+)</.exec(html)?.[1]?.replace(/[\s-]/g, '') ?? ''
/** The code of now; time goes on, so that each is another one. */
const nextCode = (secret: string) => {
  clock += 30_000
  return totpCode(secret, stepAt(now()))
}

async function enrol(user: TestUser): Promise<{ visitor: TestBrowser; secret: string; recovery: string; end: Step }> {
  const visitor = browser()
  const page = await visitor.logIn(tenant, {}, user)
  expect(page.page).toBe('/u/mfa-otp-enrollment')
  const secret = secretIn(page.html)
  const kept = await visitor.submit('/u/mfa-otp-enrollment', { state: page.state, code: nextCode(secret) })
  const recovery = secretIn(await kept.text())
  const end = await visitor.follow(await visitor.submit('/u/mfa-recovery-code', { state: page.state }))
  return { visitor, secret, recovery, end }
}

const claims = async ({ result }: Step) => {
  const { body } = await exchangeCode(tenant, result.get('code') ?? '')
  return decodeJwt(body.id_token ?? '')
}

test('someone without a second factor sets one up, keeps a recovery code, and is asked for the factor from then on', async () => {
  const user = await makeUser(tenant)
  const { visitor, secret, recovery, end } = await enrol(user)
  expect(recovery).toMatch(/^[A-Z0-9]{24}$/)
  expect(await claims(end)).toMatchObject({ amr: ['mfa'], acr: multiFactor })

  const again = await browser().logIn(tenant, {}, user)
  expect(again.page).toBe('/u/mfa-otp-challenge')
  // The session remembers: in the same browser nobody is asked again, silently neither.
  const silent = await visitor.follow(await visitor.open(authorizeUrl(tenant, { prompt: 'none' })))
  expect(await claims(silent)).toMatchObject({ amr: ['mfa'] })
  const { body } = await tenant.api('GET', `/users/${encodeURIComponent(user.userId)}`)
  expect(body).toMatchObject({ multifactor: ['guardian'] })
  expect(await eventsOf(tenant, user.userId)).toEqual(expect.arrayContaining(['gd_enrollment_complete', 's']))
  expect(secret).toMatch(/^[A-Z2-7]{32}$/)
})

test('with the password alone nobody gets past the factor, by no other page either', async () => {
  const user = await makeUser(tenant)
  const { secret } = await enrol(user)
  const thief = browser()
  const page = await thief.logIn(tenant, {}, user)
  expect((await thief.submit('/u/mfa-otp-challenge', { state: page.state, code: '000000' })).status).toBe(400)
  for (const path of ['/u/mfa-recovery-code', '/u/mfa-otp-enrollment', '/u/consent', '/u/organization/picker']) {
    const answer = await thief.follow(await thief.submit(path, { state: page.state, code: '123456' }))
    expect(answer.page).toBe('/u/mfa-otp-challenge')
  }
  const silent = await thief.follow(await thief.open(authorizeUrl(tenant, { prompt: 'none' })))
  expect(silent.result.get('error')).toBe('login_required')
  const end = await thief.follow(await thief.submit('/u/mfa-otp-challenge', { state: page.state, code: nextCode(secret) })) // prettier-ignore
  expect(end.result.get('code')).toBeTruthy()
})

test('a code is good once, whichever of two processes is asked, and however many ask at once', async () => {
  const user = await makeUser(tenant)
  const { secret } = await enrol(user)
  const code = nextCode(secret)
  const visits = await Promise.all(
    Array.from({ length: 6 }, async (_unused, index) => {
      const visitor = new TestBrowser(index % 2 === 0 ? tenant.http : twin.http)
      return { visitor, page: await visitor.logIn(tenant, {}, user) }
    }),
  )
  const answers = await Promise.all(visits.map(({ visitor, page }) => visitor.submit('/u/mfa-otp-challenge', { state: page.state, code }))) // prettier-ignore
  expect(answers.map(({ status }) => status).sort()).toEqual([302, 400, 400, 400, 400, 400])
})

test('guesses at a code are counted for the person, wherever they come from', async () => {
  const user = await makeUser(tenant)
  const { secret } = await enrol(user)
  const statuses = []
  for (let count = 0; count < 11; count += 1) {
    const visitor = browser()
    const { state } = await visitor.logIn(tenant, {}, user)
    statuses.push((await visitor.submit('/u/mfa-otp-challenge', { state, code: '000000' })).status)
  }
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 400), 429])
  const visitor = browser()
  const { state } = await visitor.logIn(tenant, {}, user)
  expect((await visitor.submit('/u/mfa-otp-challenge', { state, code: nextCode(secret) })).status).toBe(429)
  clock += 16 * 60_000
  expect((await visitor.submit('/u/mfa-otp-challenge', { state, code: nextCode(secret) })).status).toBe(302)
})

test('a recovery code lets someone in once, and another takes its place', async () => {
  const user = await makeUser(tenant)
  const { recovery } = await enrol(user)
  const visitor = browser()
  const { state } = await visitor.logIn(tenant, {}, user)
  expect((await visitor.submit('/u/mfa-recovery-code-challenge', { state, code: 'A'.repeat(24) })).status).toBe(400)
  const shown = await visitor.submit('/u/mfa-recovery-code-challenge', { state, code: recovery.toLowerCase() })
  const renewed = secretIn(await shown.text())
  expect(renewed).toMatch(/^[A-Z0-9]{24}$/)
  expect(renewed).not.toBe(recovery)
  const end = await visitor.follow(await visitor.submit('/u/mfa-recovery-code', { state }))
  expect(await claims(end)).toMatchObject({ amr: ['mfa'] })

  const other = browser()
  const second = await other.logIn(tenant, {}, user)
  expect((await other.submit('/u/mfa-recovery-code-challenge', { state: second.state, code: recovery })).status).toBe(400) // prettier-ignore
})

test('without the policy a request can ask for the factor itself', async () => {
  await tenant.api('PUT', '/guardian/policies', [])
  try {
    const user = await makeUser(tenant)
    const visitor = browser()
    const plain = await visitor.logIn(tenant, {}, user)
    expect((await claims(plain)).amr).toBeUndefined()
    const strong = await visitor.follow(await visitor.open(authorizeUrl(tenant, { acr_values: multiFactor })))
    expect(strong.page).toBe('/u/mfa-otp-enrollment')
    const silent = await visitor.follow(await visitor.open(authorizeUrl(tenant, { acr_values: multiFactor, prompt: 'none' }))) // prettier-ignore
    expect(silent.result.get('error')).toBe('interaction_required')
    const code = nextCode(secretIn(strong.html))
    expect((await visitor.submit('/u/mfa-otp-enrollment', { state: strong.state, code })).status).toBe(200)
    const end = await visitor.follow(await visitor.submit('/u/mfa-recovery-code', { state: strong.state }))
    expect(await claims(end)).toMatchObject({ amr: ['mfa'] })
  } finally {
    await tenant.api('PUT', '/guardian/policies', ['all-applications'])
  }
})

const client = () => ({ client_id: native.clientId, client_secret: native.clientSecret })
const token = (fields: Record<string, string>, at = tenant) => post(at, '/oauth/token', { ...client(), ...fields })
const passwordOf = (user: TestUser) => token({ grant_type: 'password', username: user.email, password: user.password, scope: 'openid offline_access' }) // prettier-ignore

test('an application with pages of its own enrols and challenges by the API', async () => {
  const user = await makeUser(tenant)
  const first = await passwordOf(user)
  expect(first).toMatchObject({
    status: 403,
    body: { error: 'mfa_required', error_description: 'Multifactor authentication required' },
  })
  const bearer = { authorization: `Bearer ${first.body.mfa_token}` }
  const challenge = { mfa_token: first.body.mfa_token ?? '', challenge_type: 'otp' }
  expect((await post(tenant, '/mfa/challenge', { ...client(), ...challenge })).body.error).toBe('association_required')
  const associated = await post(tenant, '/mfa/associate', { authenticator_types: ['otp'] }, bearer)
  expect(associated).toMatchObject({
    status: 200,
    body: { authenticator_type: 'otp', barcode_uri: expect.stringMatching(/^otpauth:\/\/totp\//) as unknown },
  })
  expect((associated.body.recovery_codes as unknown as string[])[0]).toMatch(/^[A-Z0-9]{24}$/)
  const secret = associated.body.secret ?? ''
  const done = await token({ grant_type: otpGrant, mfa_token: first.body.mfa_token ?? '', otp: nextCode(secret) })
  expect(done.status).toBe(200)
  expect(decodeJwt(done.body.id_token ?? '')).toMatchObject({ sub: user.userId, amr: ['mfa'] })

  const second = await passwordOf(user)
  const secondToken = second.body.mfa_token ?? ''
  expect(await post(tenant, '/mfa/challenge', { ...client(), mfa_token: secondToken, challenge_type: 'otp' })).toEqual({
    status: 200,
    body: { challenge_type: 'otp' },
  })
  const list = await fetch(`${tenant.http}/mfa/authenticators`, { headers: { authorization: `Bearer ${secondToken}` } })
  const kinds = ((await list.json()) as { authenticator_type: string }[]).map((one) => one.authenticator_type)
  expect(kinds.sort()).toEqual(['otp', 'recovery-code'])
  expect(await token({ grant_type: otpGrant, mfa_token: secondToken, otp: '000000' })).toMatchObject({ status: 403, body: { error: 'invalid_grant', error_description: 'Invalid otp_code.' } }) // prettier-ignore
  expect((await token({ grant_type: otpGrant, mfa_token: secondToken, otp: nextCode(secret) })).body.refresh_token).toBeTruthy() // prettier-ignore
  // A token is spent with the tokens it gave.
  expect((await token({ grant_type: otpGrant, mfa_token: secondToken, otp: nextCode(secret) })).body.error).toBe('expired_token') // prettier-ignore
})

test('a recovery code works by the API, and the answer holds the next', async () => {
  const user = await makeUser(tenant)
  const { recovery } = await enrol(user)
  const { body } = await passwordOf(user)
  const answer = await token({ grant_type: recoveryGrant, mfa_token: body.mfa_token ?? '', recovery_code: recovery })
  expect(answer).toMatchObject({ status: 200, body: { recovery_code: expect.stringMatching(/^[A-Z0-9]{24}$/) as unknown } }) // prettier-ignore
  expect(answer.body.recovery_code).not.toBe(recovery)
})

test('whoever has the password only can neither replace nor remove the factor', async () => {
  const user = await makeUser(tenant)
  await enrol(user)
  const { body } = await passwordOf(user)
  const headers = { authorization: `Bearer ${body.mfa_token}` }
  expect((await post(tenant, '/mfa/associate', { authenticator_types: ['otp'] }, headers)).body.error).toBe('access_denied') // prettier-ignore
  const list = (await (await fetch(`${tenant.http}/mfa/authenticators`, { headers })).json()) as { id: string }[]
  for (const { id } of list) {
    const removed = await fetch(`${tenant.http}/mfa/authenticators/${encodeURIComponent(id)}`, { method: 'DELETE', headers }) // prettier-ignore
    expect(removed.status).toBe(403)
  }
  expect((await browser().logIn(tenant, {}, user)).page).toBe('/u/mfa-otp-challenge')
})

test('a token of another application, made up, or too old answers nothing', async () => {
  const user = await makeUser(tenant)
  const { body } = await passwordOf(user)
  const mfaToken = body.mfa_token ?? ''
  const other = await makeClient(tenant, { grant_types: [otpGrant] })
  const asOther = { client_id: other.clientId, client_secret: other.clientSecret }
  const fields = { grant_type: otpGrant, otp: '123456' }
  expect((await post(tenant, '/oauth/token', { ...asOther, ...fields, mfa_token: mfaToken })).body.error).toBe('expired_token') // prettier-ignore
  expect((await token({ ...fields, mfa_token: 'made-up' })).body.error).toBe('expired_token')
  clock += 11 * 60_000
  expect((await token({ ...fields, mfa_token: mfaToken })).body.error).toBe('expired_token')
})
