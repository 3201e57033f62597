import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refresh } from '../testing/browser.ts'
import { connectionIdOf, databaseConnection, enable, makeClient, makeUser, post } from '../testing/make.ts'
import type { TestClient } from '../testing/make.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

let tenant: TestTenant
let client: TestClient
const realmGrant = 'http://auth0.com/oauth/grant-type/password-realm'
beforeAll(async () => {
  tenant = await startTestTenant()
  client = await makeClient(tenant, { grant_types: ['password', realmGrant, 'refresh_token'], is_token_endpoint_ip_header_trusted: true }) // prettier-ignore
})
afterAll(() => tenant.close())

const token = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
  post(tenant, '/oauth/token', { client_id: client.clientId, client_secret: client.clientSecret, ...fields }, headers)

test('a password gives a person’s tokens, which say that it was one', async () => {
  const user = await makeUser(tenant)
  const { status, body } = await token({ grant_type: 'password', username: user.email.toUpperCase(), password: user.password, audience: tenant.audience, scope: 'openid offline_access' }) // prettier-ignore
  expect(status).toBe(200)
  expect(decodeJwt(body.access_token ?? '')).toMatchObject({ sub: user.userId, azp: client.clientId, gty: 'password', aud: [tenant.audience, `${tenant.http}/userinfo`] }) // prettier-ignore
  expect(decodeJwt(body.id_token ?? '')).toMatchObject({ sub: user.userId, aud: client.clientId })
  expect((await tenant.api('GET', `/users/${encodeURIComponent(user.userId)}`)).body).toMatchObject({ logins_count: 1, last_ip: '127.0.0.1' }) // prettier-ignore
  const renewed = await token({ grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' })
  expect(renewed.status).toBe(200)
  // It belongs to the application that got it.
  expect((await refresh(tenant, body.refresh_token ?? '')).status).toBe(403)
})

test('without audience and scope the answer is Auth0’s', async () => {
  const user = await makeUser(tenant)
  const { body } = await token({ grant_type: 'password', username: user.email, password: user.password })
  expect(body.scope).toBe('openid profile email address phone')
  expect(body.access_token).toHaveLength(32)
})

test('refusals are worded as Auth0 words them', async () => {
  const user = await makeUser(tenant)
  const good = { grant_type: 'password', username: user.email, password: user.password }
  const wrong = { status: 403, body: { error: 'invalid_grant', error_description: 'Wrong email or password.' } }
  expect(await token({ ...good, password: 'wrong' })).toEqual(wrong)
  expect(await token({ ...good, username: 'nobody@example.com' })).toEqual(wrong)
  expect(await token({ ...good, audience: 'https://nowhere.example/' })).toEqual({
    status: 400,
    body: { error: 'invalid_request', error_description: 'invalid audience specified for password grant exchange' },
  })
  await tenant.api('PATCH', `/users/${encodeURIComponent(user.userId)}`, { blocked: true })
  expect(await token(good)).toEqual({ status: 403, body: { error: 'unauthorized', error_description: 'user is blocked' } }) // prettier-ignore
  const spa = { client_id: tenant.spa.clientId, grant_type: 'password', username: user.email, password: user.password }
  expect((await post(tenant, '/oauth/token', spa)).body.error).toBe('unauthorized_client')
})

test('a realm names the database, and only one that the application has', async () => {
  const user = await makeUser(tenant)
  const made = await tenant.api('POST', '/connections', { name: 'customers', strategy: 'auth0' })
  const { id } = made.body as { id: string }
  const fields = { grant_type: realmGrant, username: user.email, password: user.password }
  expect((await token({ ...fields, realm: 'customers' })).body.error).toBe('unauthorized')
  await enable(tenant, id, client.clientId)
  expect((await token({ ...fields, realm: 'customers' })).body.error).toBe('invalid_grant')
  expect((await token({ ...fields, realm: databaseConnection })).status).toBe(200)
  // Two databases and no default directory: nobody is looked up in the wrong one.
  expect((await token({ ...fields, grant_type: 'password' })).body.error).toBe('server_error')
  await tenant.api('PATCH', '/tenants/settings', { default_directory: databaseConnection })
  expect((await token({ ...fields, grant_type: 'password' })).status).toBe(200)
  await tenant.api('DELETE', `/connections/${id}`)
  expect(await connectionIdOf(tenant, 'customers')).toBe('')
})

test('guesses are counted for the address before the application, if that is trusted to tell it', async () => {
  const user = await makeUser(tenant)
  const wrong = { grant_type: 'password', username: user.email, password: 'wrong' }
  const from = { 'auth0-forwarded-for': '192.0.2.7' }
  for (let count = 0; count < 10; count += 1) expect((await token(wrong, from)).status).toBe(403)
  expect(await token({ ...wrong, password: user.password }, from)).toMatchObject({ status: 429, body: { error: 'too_many_attempts' } }) // prettier-ignore
  expect((await token({ ...wrong, password: user.password }, { 'auth0-forwarded-for': '192.0.2.8' })).status).toBe(200)
  // An application that keeps no secret is not believed.
  const open = await makeClient(tenant, { app_type: 'native', token_endpoint_auth_method: 'none', grant_types: ['password'], is_token_endpoint_ip_header_trusted: true }) // prettier-ignore
  await post(tenant, '/oauth/token', { client_id: open.clientId, ...wrong }, { 'auth0-forwarded-for': '192.0.2.9' })
  await tenant.tenant.context.logs.flush()
  const { body } = await tenant.api('GET', `/logs?q=${encodeURIComponent(`type:fepft AND client_id:${open.clientId}`)}`)
  expect(body).toMatchObject([{ type: 'fepft', ip: '127.0.0.1' }])
})
