import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from '../testing/browser.ts'
import { makeClient, makeUser, post } from '../testing/make.ts'
import type { TestClient } from '../testing/make.ts'
import { callbackUrl, startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

let tenant: TestTenant
let client: TestClient
let clock = Date.now()
beforeAll(async () => {
  tenant = await startTestTenant(undefined, () => new Date(clock))
  client = await makeClient(tenant, { require_pushed_authorization_requests: true })
})
afterAll(() => tenant.close())

const push = (fields: Record<string, string> = {}) =>
  post(tenant, '/oauth/par', { client_id: client.clientId, client_secret: client.clientSecret, response_type: 'code', redirect_uri: callbackUrl, scope: 'openid', state: 'pushed', ...fields }) // prettier-ignore
const authorize = async (uri: string, clientId = client.clientId) => {
  const visitor = new TestBrowser(tenant.http)
  const query = new URLSearchParams({ client_id: clientId, request_uri: uri })
  return { visitor, page: await visitor.follow(await visitor.open(`/authorize?${query.toString()}`)) }
}

test('what was pushed is what counts, and is good once', async () => {
  const user = await makeUser(tenant)
  const { status, body } = await push()
  expect(status).toBe(201)
  expect(body).toEqual({ request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:/) as unknown, expires_in: 30 }) // prettier-ignore
  const { visitor, page } = await authorize(body.request_uri ?? '')
  const end = await visitor.follow(await visitor.submit('/u/login', { state: page.state, username: user.email, password: user.password })) // prettier-ignore
  expect(end.result.get('state')).toBe('pushed')
  expect(end.result.get('code')).toBeTruthy()
  expect((await authorize(body.request_uri ?? '')).page.status).toBe(400)
})

test('a handle that is made up, another’s, or too old is refused', async () => {
  expect((await authorize('urn:ietf:params:oauth:request_uri:made-up')).page.status).toBe(400)
  expect((await authorize((await push()).body.request_uri ?? '', tenant.spa.clientId)).page.status).toBe(400)
  const late = await push()
  clock += 31_000
  expect((await authorize(late.body.request_uri ?? '')).page.status).toBe(400)
})

test('what is not good is refused when it is pushed, and so is whoever is not the application', async () => {
  expect(await push({ redirect_uri: 'https://evil.example/' })).toMatchObject({ status: 400, body: { error: 'invalid_request' } }) // prettier-ignore
  expect(await push({ client_secret: 'wrong' })).toMatchObject({ status: 401, body: { error: 'access_denied' } })
  expect(await push({ request_uri: 'urn:x' })).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
})

test('what is not known of a request may hold anything', async () => {
  expect(await push({ unknown: 'half a character: \udfff, and NUL: \0' })).toMatchObject({ status: 201 })
})

test('an application that must push cannot ask in the open', async () => {
  const visitor = new TestBrowser(tenant.http)
  const end = await visitor.begin(tenant, { client_id: client.clientId })
  expect(end.result.get('error_description')).toBe('Pushed authorization requests are required for this client.')
})
