import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser, eventsOf } from '../testing/browser.ts'
import { makeClient, makeUser, post } from '../testing/make.ts'
import type { TestClient, TestUser } from '../testing/make.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'
import { deviceGrant } from './device-flow.routes.ts'

let tenant: TestTenant
let twin: TestTenant
let tv: TestClient
let clock = Date.now()
const now = () => new Date(clock)
beforeAll(async () => {
  tenant = await startTestTenant(undefined, now)
  twin = await startTestTenant(tenant, now)
  tv = await makeClient(tenant, { name: 'Television', app_type: 'native', token_endpoint_auth_method: 'none', grant_types: [deviceGrant, 'refresh_token'] }) // prettier-ignore
})
afterAll(async () => {
  await twin.close()
  await tenant.close()
})

const ask = (fields: Record<string, string> = {}) =>
  post(tenant, '/oauth/device/code', { client_id: tv.clientId, scope: 'openid offline_access', audience: tenant.audience, ...fields }) // prettier-ignore
const poll = (deviceCode: string, at = tenant) => {
  clock += 5001
  return post(at, '/oauth/token', { grant_type: deviceGrant, client_id: tv.clientId, device_code: deviceCode })
}
const decide = (visitor: TestBrowser, userCode: string, decision: string) => visitor.submit('/activate', { user_code: userCode, decision }) // prettier-ignore

async function letIn(user: TestUser, userCode: string, visitor = new TestBrowser(tenant.http)) {
  const login = await visitor.follow(await decide(visitor, userCode, 'confirm'))
  expect(login.page).toBe('/u/login')
  return visitor.submit('/u/login', { state: login.state, username: user.email, password: user.password })
}

test('a device is let in by someone elsewhere who sees the same code', async () => {
  const user = await makeUser(tenant)
  const { status, body } = await ask()
  expect(status).toBe(200)
  expect(body).toEqual({
    device_code: expect.any(String) as unknown,
    user_code: expect.stringMatching(/^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/) as unknown,
    verification_uri: `${tenant.http}/activate`,
    verification_uri_complete: `${tenant.http}/activate?user_code=${body.user_code}`,
    expires_in: 900,
    interval: 5,
  })
  const [deviceCode, userCode] = [body.device_code ?? '', body.user_code ?? '']
  expect(await poll(deviceCode)).toMatchObject({ status: 403, body: { error: 'authorization_pending' } })
  const shown = await (await fetch(body.verification_uri_complete ?? '')).text()
  expect(shown).toContain(userCode)
  expect(shown).toContain('Television')

  expect(await (await letIn(user, userCode.toLowerCase().replace('-', ' '))).text()).toContain(
    'Your device is connected',
  )
  const tokens = await poll(deviceCode)
  expect(decodeJwt(tokens.body.access_token ?? '')).toMatchObject({ sub: user.userId, azp: tv.clientId })
  expect(tokens.body.refresh_token).toBeTruthy()
  expect(await poll(deviceCode)).toMatchObject({ status: 403, body: { error: 'invalid_grant' } })
  expect(await eventsOf(tenant, user.userId)).toEqual(expect.arrayContaining(['s', 'sede']))
})

test('who is signed in already only confirms', async () => {
  const user = await makeUser(tenant)
  const visitor = new TestBrowser(tenant.http)
  await visitor.signIn(tenant, {}, user)
  const { body } = await ask()
  expect(await (await decide(visitor, body.user_code ?? '', 'confirm')).text()).toContain('Your device is connected')
  expect(decodeJwt((await poll(body.device_code ?? '')).body.id_token ?? '').sub).toBe(user.userId)
})

test('a device that was not confirmed is told so, once', async () => {
  const { body } = await ask()
  const visitor = new TestBrowser(tenant.http)
  expect(await (await decide(visitor, body.user_code ?? '', 'cancel')).text()).toContain('The device stays out')
  expect(await poll(body.device_code ?? '')).toMatchObject({ status: 403, body: { error: 'access_denied' } })
  expect(await poll(body.device_code ?? '')).toMatchObject({ status: 403, body: { error: 'invalid_grant' } })
})

test('a device that asks too often is slowed down, and one that waits too long is told', async () => {
  const { body } = await ask()
  const deviceCode = body.device_code ?? ''
  await poll(deviceCode)
  const fields = { grant_type: deviceGrant, client_id: tv.clientId, device_code: deviceCode }
  expect((await post(tenant, '/oauth/token', fields)).body.error).toBe('slow_down')
  clock += 900_000
  expect((await poll(deviceCode)).body.error).toBe('expired_token')
  expect((await poll(deviceCode)).body.error).toBe('invalid_grant')
})

test('of many polls at once, over two processes, one gets the tokens', async () => {
  const user = await makeUser(tenant)
  const { body } = await ask()
  await letIn(user, body.user_code ?? '')
  const answers = await Promise.all(Array.from({ length: 6 }, (_unused, index) => poll(body.device_code ?? '', index % 2 === 0 ? tenant : twin))) // prettier-ignore
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403, 403, 403])
})

test('a code is one application’s, and codes are not to be tried out', async () => {
  const { body } = await ask()
  const other = await makeClient(tenant, { app_type: 'native', token_endpoint_auth_method: 'none', grant_types: [deviceGrant] }) // prettier-ignore
  const stolen = await post(tenant, '/oauth/token', { grant_type: deviceGrant, client_id: other.clientId, device_code: body.device_code ?? '' }) // prettier-ignore
  expect(stolen.body.error).toBe('invalid_grant')
  expect((await ask({ client_id: tenant.spa.clientId })).body.error).toBe('unauthorized_client')
  expect((await ask({ audience: 'https://nowhere.example/' })).body.error).toBe('access_denied')

  const visitor = new TestBrowser(tenant.http)
  const statuses = []
  for (let count = 0; count < 21; count += 1) statuses.push((await decide(visitor, 'BBBB-BBBB', 'confirm')).status)
  expect(statuses.at(-2)).toBe(400)
  expect(statuses.at(-1)).toBe(429)
  expect((await decide(visitor, body.user_code ?? '', 'confirm')).status).toBe(429)
  clock += 16 * 60_000
})

test.each([
  ['a page of another site', { 'sec-fetch-site': 'cross-site', origin: 'null' }],
  ['a page on another port', { 'sec-fetch-site': 'same-site' }],
  ['a page of another site in an old browser', { origin: 'https://evil.example' }],
])('%s cannot let a device in, in the name of whoever is signed in', async (_name, headers) => {
  const user = await makeUser(tenant)
  const visitor = new TestBrowser(tenant.http)
  await visitor.signIn(tenant, {}, user)
  const { body } = await ask()
  const fields = new URLSearchParams({ user_code: body.user_code ?? '', decision: 'confirm' })
  const answer = await visitor.open('/activate', {
    method: 'POST',
    body: fields,
    headers: headers as Record<string, string>,
  })
  expect(answer.status).toBe(403)
  expect((await poll(body.device_code ?? '')).body.error).toBe('authorization_pending')
})
