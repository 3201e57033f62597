import { randomUUID } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser, eventsOf, mailTo } from '../testing/browser.ts'
import { enable, makeClient, post } from '../testing/make.ts'
import type { TestClient } from '../testing/make.ts'
import { callbackUrl, startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

let tenant: TestTenant
let twin: TestTenant
let client: TestClient
let emailConnection: string
let clock = Date.now()
const now = () => new Date(clock)
const grant = 'http://auth0.com/oauth/grant-type/passwordless/otp'

beforeAll(async () => {
  tenant = await startTestTenant(undefined, now)
  twin = await startTestTenant(tenant, now)
  client = await makeClient(tenant, { grant_types: [grant, 'authorization_code', 'implicit'] })
  for (const strategy of ['email', 'sms']) {
    const { body } = await tenant.api('POST', '/connections', { name: strategy, strategy })
    const { id } = body as { id: string }
    if (strategy === 'email') emailConnection = id
    await enable(tenant, id, client.clientId)
  }
})
afterAll(async () => {
  await twin.close()
  await tenant.close()
})

const newAddress = () => `${randomUUID()}@example.com`
const newNumber = () => `+1555${String(Math.floor(Math.random() * 1e9)).padStart(9, '0')}`
const secrets = () => ({ client_id: client.clientId, client_secret: client.clientSecret })
const start = (fields: Record<string, string>) => post(tenant, '/passwordless/start', { ...secrets(), connection: 'email', send: 'code', ...fields }) // prettier-ignore
const codeFor = async (to: string) => /\n(\d{6})\n/.exec((await mailTo(tenant, to))[0]?.body ?? '')?.[1] ?? ''
const token = (username: string, otp: string, more: Record<string, string> = {}, at = tenant) =>
  post(at, '/oauth/token', { ...secrets(), grant_type: grant, username, otp, realm: 'email', ...more })

test('a code by mail signs someone in who was not known before, and knows them the next time', async () => {
  const email = newAddress()
  expect(await start({ email })).toEqual({
    status: 200,
    body: { _id: expect.stringMatching(/^[0-9a-f]{24}$/) as unknown, email, email_verified: false },
  })
  const first = await token(email.toUpperCase(), await codeFor(email), { scope: 'openid email' })
  const claims = decodeJwt(first.body.id_token ?? '')
  expect(claims).toMatchObject({ sub: expect.stringMatching(/^email\|[0-9a-f]{24}$/) as unknown, email, email_verified: true }) // prettier-ignore
  expect((await start({ email })).body).toMatchObject({ _id: claims.sub?.split('|')[1], email_verified: true })
  const second = await token(email, await codeFor(email), { scope: 'openid' })
  expect(decodeJwt(second.body.id_token ?? '').sub).toBe(claims.sub)
  expect(await eventsOf(tenant, claims.sub ?? '')).toEqual(['ss', 'sepotpft', 'sepotpft'])
})

test('a telephone gets its code as a text message', async () => {
  const number = newNumber()
  expect(await start({ connection: 'sms', phone_number: number })).toMatchObject({ status: 200, body: { phone_number: number, phone_verified: false } }) // prettier-ignore
  expect((await mailTo(tenant, number))[0]?.kind).toBe('sms')
  const { body } = await token(number, await codeFor(number), { realm: 'sms', scope: 'openid phone' })
  expect(decodeJwt(body.id_token ?? '')).toMatchObject({ phone_number: number, phone_number_verified: true })
})

test('a code is good once, over two processes, however many use it at once', async () => {
  const email = newAddress()
  await start({ email })
  const code = await codeFor(email)
  const answers = await Promise.all(Array.from({ length: 3 }, (_unused, index) => token(email, code, {}, index % 2 === 0 ? tenant : twin))) // prettier-ignore
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403])
})

test('two first sign-ins at once make one user', async () => {
  const email = newAddress()
  const other = await makeClient(tenant, { grant_types: [grant] })
  await enable(tenant, emailConnection, other.clientId)
  const asOther = { client_id: other.clientId, client_secret: other.clientSecret }
  await start({ email })
  const first = await codeFor(email)
  await start({ email, ...asOther })
  const second = await codeFor(email)
  await Promise.all([token(email, first), token(email, second, asOther, twin)])
  expect((await tenant.api('GET', `/users-by-email?email=${email}`)).body).toHaveLength(1)
})

test('three wrong guesses end a code, time does, and so does the next code', async () => {
  const [guessed, late, renewed] = [newAddress(), newAddress(), newAddress()]
  const wrong = {
    status: 403,
    body: { error: 'invalid_grant', error_description: 'Wrong email or verification code.' },
  }
  await start({ email: guessed })
  for (let count = 0; count < 3; count += 1) expect(await token(guessed, 'xxxxxx')).toEqual(wrong)
  expect(await token(guessed, await codeFor(guessed))).toEqual(wrong)

  await start({ email: late })
  clock += 181_000
  expect(await token(late, await codeFor(late))).toEqual(wrong)

  await start({ email: renewed })
  const first = await codeFor(renewed)
  await start({ email: renewed })
  if (first !== (await codeFor(renewed))) expect(await token(renewed, first)).toEqual(wrong)
  expect((await token(renewed, await codeFor(renewed))).status).toBe(200)
})

test('a code is for the application and the address it was asked for', async () => {
  const email = newAddress()
  const other = await makeClient(tenant, { grant_types: [grant] })
  await enable(tenant, emailConnection, other.clientId)
  await start({ email })
  const code = await codeFor(email)
  expect((await token(email, code, { client_id: other.clientId, client_secret: other.clientSecret })).status).toBe(403)
  expect((await token(newAddress(), code)).status).toBe(403)
  expect((await token(email, code)).status).toBe(200)
})

test('an inbox is not filled, and a connection that takes nobody new makes nobody', async () => {
  const email = newAddress()
  for (let count = 0; count < 10; count += 1) expect((await start({ email })).status).toBe(200)
  expect((await start({ email })).status).toBe(429)

  await tenant.api('PATCH', `/connections/${emailConnection}`, { options: { disable_signup: true } })
  try {
    const stranger = newAddress()
    await start({ email: stranger })
    expect((await token(stranger, await codeFor(stranger))).status).toBe(403)
    expect((await tenant.api('GET', `/users-by-email?email=${stranger}`)).body).toEqual([])
  } finally {
    await tenant.api('PATCH', `/connections/${emailConnection}`, { options: {} })
  }
})

test.each([
  ['a connection that the application has not', { connection: 'email', client_id: 'spa', email: 'a@example.com' }],
  ['an address that is none', { connection: 'email', email: 'nobody' }],
  ['no address', { connection: 'email' }],
  ['a number that is none', { connection: 'sms', phone_number: '555' }],
  ['another kind of connection', { connection: 'Username-Password-Authentication', email: 'a@example.com' }],
])('%s is refused', async (_name, fields) => {
  const known = 'client_id' in fields ? { ...fields, client_id: tenant.spa.clientId, client_secret: '' } : fields
  expect((await start(known as Record<string, string>)).status).toBe(400)
})

test('on the pages a code is asked for, mistyped, and lets someone in', async () => {
  const email = newAddress()
  const visitor = new TestBrowser(tenant.http)
  const params = { client_id: client.clientId, connection: 'email', scope: 'openid email' }
  const page = await visitor.begin(tenant, params)
  expect(page.page).toBe('/u/login/passwordless-email')
  const typed = await visitor.follow(await visitor.submit(page.page, { state: page.state, address: email }))
  expect(typed.page).toBe('/u/login/passwordless-email/code')
  expect(typed.html).toContain(email)
  expect((await visitor.submit(typed.page, { state: page.state, code: '000' })).status).toBe(400)
  const end = await visitor.follow(await visitor.submit(typed.page, { state: page.state, code: await codeFor(email) }))
  expect(end.result.get('code')).toBeTruthy()
})

test('a link lets someone in by a button, not by being looked at', async () => {
  const email = newAddress()
  const started = await fetch(`${tenant.http}/passwordless/start`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...secrets(), connection: 'email', email, send: 'link', authParams: { redirect_uri: callbackUrl, response_type: 'code', scope: 'openid', state: 'kept' } }), // prettier-ignore
  })
  expect(started.status).toBe(200)
  const link = new URL((await mailTo(tenant, email))[0]?.links[0] ?? '')
  for (let count = 0; count < 5; count += 1) expect((await fetch(link)).status).toBe(200)
  const visitor = new TestBrowser(tenant.http)
  const end = await visitor.follow(await visitor.submit(link.pathname, Object.fromEntries(link.searchParams)))
  expect(end.result.get('code')).toBeTruthy()
  expect(end.result.get('state')).toBe('kept')
  expect((await visitor.submit(link.pathname, Object.fromEntries(link.searchParams))).status).toBe(400)
})
