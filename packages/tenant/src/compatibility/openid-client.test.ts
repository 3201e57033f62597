import * as openid from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from '../testing/browser.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'
import { makeWebClient } from './make-web-client.ts'
import { trustAuthority } from './trust-authority.ts'
import { walkThroughSignIn } from './walk-through-sign-in.ts'

const callback = 'https://app.example/callback'

let tenant: TestTenant
let forget: () => void
let client: { clientId: string; clientSecret: string }
beforeAll(async () => {
  tenant = await startTestTenant()
  forget = trustAuthority(tenant.ca)
  client = await makeWebClient(tenant, { callback })
})
afterAll(async () => {
  forget()
  await tenant.close()
})

async function signIn(config: openid.Configuration, browser: TestBrowser, params: Record<string, string> = {}) {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier()
  const expectedState = openid.randomState()
  const expectedNonce = openid.randomNonce()
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: 'openid profile email offline_access',
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...params,
  })
  const answer = await walkThroughSignIn(browser, tenant, url)
  return openid.authorizationCodeGrant(config, new URL(answer.headers.get('location') ?? ''), {
    pkceCodeVerifier,
    expectedState,
    expectedNonce,
    idTokenExpected: true,
  })
}

test('discovery finds every endpoint at the issuer, by both of its documents', async () => {
  const config = await openid.discovery(new URL(tenant.https), client.clientId, client.clientSecret)
  const metadata = config.serverMetadata()
  expect(metadata.issuer).toBe(`${tenant.https}/`)
  expect(metadata).toMatchObject({
    authorization_endpoint: `${tenant.https}/authorize`,
    token_endpoint: `${tenant.https}/oauth/token`,
    userinfo_endpoint: `${tenant.https}/userinfo`,
    jwks_uri: `${tenant.https}/.well-known/jwks.json`,
    revocation_endpoint: `${tenant.https}/oauth/revoke`,
    end_session_endpoint: `${tenant.https}/oidc/logout`,
  })
  expect(metadata.supportsPKCE()).toBe(true)
})

test('code and PKCE, userinfo, refresh and revocation, with every check of the library on', async () => {
  const config = await openid.discovery(new URL(tenant.https), client.clientId, client.clientSecret)
  openid.enableNonRepudiationChecks(config) // the id token's signature as well
  const tokens = await signIn(config, new TestBrowser(tenant.https), { audience: tenant.audience })
  const claims = tokens.claims()
  expect(claims).toMatchObject({
    iss: `${tenant.https}/`,
    aud: client.clientId,
    email: tenant.staff.email,
    email_verified: true,
    sid: expect.any(String),
  })
  expect(tokens.token_type).toBe('bearer')

  const subject = claims?.sub ?? ''
  const info = await openid.fetchUserInfo(config, tokens.access_token, subject)
  expect(info).toMatchObject({ sub: subject, email: tenant.staff.email })

  const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect(refreshed.claims()).toMatchObject({ sub: subject, aud: client.clientId })
  expect(refreshed.access_token).not.toBe('')
  const lasting = refreshed.refresh_token ?? tokens.refresh_token ?? ''
  await openid.tokenRevocation(config, lasting)
  await expect(openid.refreshTokenGrant(config, lasting)).rejects.toMatchObject({ error: 'invalid_grant', status: 403 })
})

test('client credentials by secret in the body and by Basic', async () => {
  for (const auth of [openid.ClientSecretPost, openid.ClientSecretBasic]) {
    const config = await openid.discovery(new URL(tenant.https), tenant.m2m.clientId, undefined, auth(tenant.m2m.clientSecret)) // prettier-ignore
    const answer = await openid.clientCredentialsGrant(config, { audience: `${tenant.https}/api/v2/` })
    expect(answer).toMatchObject({ token_type: 'bearer', expires_in: 86_400 })
    await expect(openid.clientCredentialsGrant(config, { audience: 'https://nowhere.example' })).rejects.toMatchObject({
      error: 'access_denied',
    })
  }
})

test('a session is used again without the person, and ends at the end-session endpoint', async () => {
  const config = await openid.discovery(new URL(tenant.https), client.clientId, client.clientSecret)
  const browser = new TestBrowser(tenant.https)
  const first = await signIn(config, browser)
  const silent = await signIn(config, browser, { prompt: 'none' })
  expect(silent.claims()?.sid).toBe(first.claims()?.sid)
  const end = openid.buildEndSessionUrl(config, {
    id_token_hint: first.id_token ?? '',
    post_logout_redirect_uri: callback,
    state: 'bye',
  })
  const left = await browser.open(end.href)
  expect(left.headers.get('location')).toBe(`${callback}?state=bye`)
  await expect(signIn(config, browser, { prompt: 'none' })).rejects.toMatchObject({ error: 'login_required' })
})
