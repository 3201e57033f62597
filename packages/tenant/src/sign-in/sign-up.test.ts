import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser, eventsOf, exchangeCode, mailTo } from '../testing/browser.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await startTestTenant()
})
afterAll(() => tenant.close())

const newAddress = () => `${randomUUID()}@example.com`
const password = 'correct horse battery'
const browser = () => new TestBrowser(tenant.http)

const signUpApi = async (body: Record<string, unknown>) => {
  const response = await fetch(`${tenant.http}/dbconnections/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: tenant.spa.clientId, connection: 'Username-Password-Authentication', ...body }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}
const connectionId = async () => {
  const { body } = await tenant.api('GET', '/connections?name=Username-Password-Authentication')
  return (body as { id: string }[])[0]?.id ?? ''
}

test('someone without an account opens one and is signed in with it, and is asked by mail to confirm the address', async () => {
  const visitor = browser()
  const email = newAddress()
  const start = await visitor.begin(tenant, { screen_hint: 'signup' })
  expect(start.page).toBe('/u/signup')
  expect(start.html).toContain('At least 8 characters')
  const end = await visitor.follow(await visitor.submit('/u/signup', { state: start.state, email, password }))
  const tokens = await exchangeCode(tenant, end.result.get('code') ?? '')
  expect(tokens.status).toBe(200)

  const { body } = await tenant.api('GET', `/users-by-email?email=${email}`)
  expect(body).toMatchObject([{ email, email_verified: false, logins_count: 1, name: email }])
  const { user_id: userId } = (body as { user_id: string }[])[0] ?? { user_id: '' }
  expect(await eventsOf(tenant, userId)).toEqual(expect.arrayContaining(['ss', 'svr', 's', 'seacft']))

  const [mail] = await mailTo(tenant, email)
  expect(mail?.kind).toBe('verify_email')
  const confirmed = await fetch(mail?.links[0] ?? '')
  expect(await confirmed.text()).toContain('Your address is confirmed')
  expect((await tenant.api('GET', `/users-by-email?email=${email}`)).body).toMatchObject([{ email_verified: true }])
})

test('a password that is too easy is refused with the rules it breaks, and nothing is opened', async () => {
  const visitor = browser()
  const email = newAddress()
  const { state } = await visitor.begin(tenant, { screen_hint: 'signup' })
  const answer = await visitor.submit('/u/signup', { state, email, password: 'short' })
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('This password is too easy to guess.')
  expect((await tenant.api('GET', `/users-by-email?email=${email}`)).body).toEqual([])
})

test('an address that is taken is told so calmly, and the account is left as it is', async () => {
  const visitor = browser()
  const { state } = await visitor.begin(tenant, { screen_hint: 'signup' })
  const answer = await visitor.submit('/u/signup', { state, email: tenant.staff.email, password })
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('If you have one already, sign in instead.')
  expect((await browser().signIn(tenant)).get('code')).toBeTruthy()
})

test('the account API answers as Auth0 does', async () => {
  const email = newAddress()
  const opened = await signUpApi({ email, password, user_metadata: { colour: 'red' } })
  expect(opened.status).toBe(200)
  expect(opened.body).toEqual({
    _id: expect.stringMatching(/^[0-9a-f]{24}$/) as unknown,
    email,
    email_verified: false,
    user_metadata: { colour: 'red' },
  })
  expect(await signUpApi({ email, password })).toEqual({
    status: 400,
    body: { name: 'BadRequestError', code: 'invalid_signup', description: 'Invalid sign up', statusCode: 400 },
  })
  const weak = await signUpApi({ email: newAddress(), password: 'a' })
  expect(weak).toMatchObject({
    status: 400,
    body: {
      name: 'PasswordStrengthError',
      message: 'Password is too weak',
      code: 'invalid_password',
      description: { verified: false, rules: [{ code: 'lengthAtLeast', format: [8], verified: false }] },
      policy: '* At least 8 characters in length',
      statusCode: 400,
    },
  })
})

test.each([
  ['an unknown application', { client_id: 'nobody', email: 'a@example.com', password }, 'invalid_client'],
  ['an unknown connection', { connection: 'nowhere', email: 'a@example.com', password }, 'invalid_connection'],
  ['no address', { password }, 'invalid_signup'],
  ['an address that is none', { email: 'nobody', password }, 'invalid_signup'],
  ['a username where none is used', { email: 'a@example.com', username: 'ada', password }, 'invalid_signup'],
  ['no password', { email: 'a@example.com' }, 'invalid_signup'],
  ['eleven members of metadata', { email: 'a@example.com', password, user_metadata: Object.fromEntries(Array.from({ length: 11 }, (_unused, index) => [`m${index}`, 'x'])) }, 'invalid_signup'],
])('%s is refused', async (_name, body, code) => {
  expect(await signUpApi(body)).toMatchObject({ status: 400, body: { code, statusCode: 400 } })
}) // prettier-ignore

test('what someone who signs up may not say of themself is not heard', async () => {
  const email = newAddress()
  await signUpApi({ email, password, email_verified: true, app_metadata: { role: 'admin' }, blocked: false, user_id: 'auth0|chosen' }) // prettier-ignore
  const [user] = (await tenant.api('GET', `/users-by-email?email=${email}`)).body as Record<string, unknown>[]
  expect(user).toMatchObject({ email_verified: false })
  expect(user?.app_metadata).toBeUndefined()
  expect(user?.user_id).not.toBe('auth0|chosen')
})

test('of many sign-ups of one address at once, one opens the account', async () => {
  const email = newAddress()
  const answers = await Promise.all(Array.from({ length: 6 }, () => signUpApi({ email, password })))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 400)).toHaveLength(5)
})

test('a database that takes nobody new shows no way in', async () => {
  const id = await connectionId()
  await tenant.api('PATCH', `/connections/${id}`, { options: { disable_signup: true } })
  try {
    const visitor = browser()
    const { html, state } = await visitor.begin(tenant)
    expect(html).not.toContain('Sign up')
    expect((await visitor.open(`/u/signup?state=${state}`)).status).toBe(403)
    expect((await visitor.submit('/u/signup', { state, email: newAddress(), password })).status).toBe(403)
    expect((await signUpApi({ email: newAddress(), password })).body).toMatchObject({ description: 'Public signup is disabled' }) // prettier-ignore
  } finally {
    await tenant.api('PATCH', `/connections/${id}`, { options: { password_complexity_options: { min_length: 8 } } })
  }
})

test('the rules of a connection hold for administrators, too', async () => {
  const id = await connectionId()
  await tenant.api('PATCH', `/connections/${id}`, { options: { passwordPolicy: 'excellent' } })
  try {
    const user = { connection: 'Username-Password-Authentication', email: newAddress(), password: 'lower case only' }
    expect(await tenant.api('POST', '/users', user)).toMatchObject({
      status: 400,
      body: { message: 'PasswordStrengthError: Password is too weak' },
    })
    const created = await tenant.api('POST', '/users', { ...user, password: 'Upper-1-and-more' })
    expect(created.status).toBe(201)
    const { user_id: userId } = created.body as { user_id: string }
    expect(await tenant.api('PATCH', `/users/${encodeURIComponent(userId)}`, { password: 'aaaBBB111---' })).toMatchObject({ status: 400 }) // prettier-ignore
  } finally {
    await tenant.api('PATCH', `/connections/${id}`, { options: { password_complexity_options: { min_length: 8 } } })
  }
})
