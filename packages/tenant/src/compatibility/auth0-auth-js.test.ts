import { AuthClient } from '@auth0/auth0-auth-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from '../testing/browser.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'
import { makeWebClient } from './make-web-client.ts'
import { trustAuthority } from './trust-authority.ts'
import { readForm, walkThroughSignIn } from './walk-through-sign-in.ts'

const callback = 'https://app.example/callback'

let tenant: TestTenant
let forget: () => void
let client: AuthClient
let clientId: string
beforeAll(async () => {
  tenant = await startTestTenant()
  forget = trustAuthority(tenant.ca)
  const made = await makeWebClient(tenant, { callback })
  clientId = made.clientId
  client = new AuthClient({
    domain: tenant.domain,
    ...made,
    authorizationParams: { redirect_uri: callback, scope: 'openid profile email offline_access' },
  })
})
afterAll(async () => {
  forget()
  await tenant.close()
})

async function signIn(browser: TestBrowser) {
  const { authorizationUrl, codeVerifier } = await client.buildAuthorizationUrl()
  const answer = await walkThroughSignIn(browser, tenant, authorizationUrl)
  return client.getTokenByCode(new URL(answer.headers.get('location') ?? ''), { codeVerifier })
}

test('auth0-auth-js signs a person in, reads who it is, refreshes and signs out', async () => {
  const browser = new TestBrowser(tenant.https)
  const tokens = await signIn(browser)
  expect(tokens.claims).toMatchObject({ iss: `${tenant.https}/`, aud: clientId, email: tenant.staff.email })
  const info = await client.getUserInfo({ accessToken: tokens.accessToken, expectedSubject: tokens.claims?.sub ?? '' })
  expect(info).toMatchObject({ sub: tokens.claims?.sub, email: tenant.staff.email, email_verified: true })

  const refreshed = await client.getTokenByRefreshToken({ refreshToken: tokens.refreshToken ?? '' })
  expect(refreshed.claims).toMatchObject({ sub: tokens.claims?.sub, aud: clientId })

  await client.revokeToken({ token: tokens.refreshToken ?? '' })
  await expect(client.getTokenByRefreshToken({ refreshToken: tokens.refreshToken ?? '' })).rejects.toMatchObject({
    code: 'token_by_refresh_token_error',
    cause: { error: 'invalid_grant' },
  })

  const logout = await client.buildLogoutUrl({ returnTo: callback })
  const { action, fields } = await readForm(await browser.open(logout.href)) // without an id_token_hint the person is asked
  const left = await browser.submit(action, fields)
  expect(left.headers.get('location')).toBe(callback)
})

test('auth0-auth-js tells a code that is not good by the tenant’s own words', async () => {
  const wrong = client.getTokenByCode(new URL(`${callback}?code=nonsense`), { codeVerifier: 'x'.repeat(43) })
  await expect(wrong).rejects.toMatchObject({
    code: 'token_by_code_error',
    cause: { error: 'invalid_grant', error_description: 'Invalid authorization code' },
  })
})

test('auth0-auth-js gets machine tokens, and is told of an API that there is not', async () => {
  const machine = new AuthClient({ domain: tenant.domain, ...tenant.m2m })
  const { accessToken, expiresAt } = await machine.getTokenByClientCredentials({
    audience: `${tenant.https}/api/v2/`,
  })
  expect((await tenant.api('GET', '/users?per_page=1', undefined, accessToken)).status).toBe(200)
  expect(expiresAt - Date.now() / 1000).toBeGreaterThan(86_000)
  await expect(machine.getTokenByClientCredentials({ audience: 'https://nowhere.example' })).rejects.toMatchObject({
    cause: { error: 'access_denied', error_description: 'Service not enabled within domain: https://nowhere.example' },
  })
})
