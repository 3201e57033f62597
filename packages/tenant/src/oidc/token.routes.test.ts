import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer'
import { Agent, fetch as undiciFetch } from 'undici'
import { AuthClient } from '@auth0/auth0-auth-js'
import { ManagementClient } from 'auth0'
import { AuthenticationClient as LegacyAuthenticationClient } from 'auth0/legacy'
import { AuthenticationClient } from 'auth0-6'
import { SignJWT, createRemoteJWKSet, decodeJwt, decodeProtectedHeader, exportJWK, jwtVerify } from 'jose'
import * as openid from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

let tenant: TestTenant
let trusting: Agent
/** The SDKs insist on https: here they trust the tenant's own authority. */
let secureFetch: typeof fetch
beforeAll(async () => {
  tenant = await startTestTenant()
  trusting = new Agent({ connect: { ca: tenant.ca } })
  secureFetch = ((input: string, init?: object) =>
    undiciFetch(input, { ...init, dispatcher: trusting })) as unknown as typeof fetch
})
afterAll(async () => {
  await trusting.close()
  await tenant.close()
})

const managementAudience = () => `${tenant.https}/api/v2/`
const credentials = () => ({ client_id: tenant.m2m.clientId, client_secret: tenant.m2m.clientSecret })

async function ask(body: Record<string, unknown>, headers: Record<string, string> = {}) {
  const response = await fetch(`${tenant.http}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ grant_type: 'client_credentials', audience: managementAudience(), ...body }),
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  }
}

test('a raw JSON request gets a bearer token for a day, whose claims are Auth0’s', async () => {
  const { status, body, headers } = await ask(credentials())
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe('application/json')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(body).toMatchObject({ expires_in: 86_400, token_type: 'Bearer', scope: expect.stringContaining('read:users') })
  const token = String(body.access_token)
  expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', typ: 'JWT' })
  const claims = decodeJwt(token)
  expect(claims).toMatchObject({
    iss: `${tenant.http}/`,
    sub: `${tenant.m2m.clientId}@clients`,
    aud: managementAudience(),
    azp: tenant.m2m.clientId,
    gty: 'client-credentials',
  })
  expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(86_400)
  await jwtVerify(token, createRemoteJWKSet(new URL(`${tenant.http}/.well-known/jwks.json`)), {
    issuer: `${tenant.http}/`,
  })
})

test('a form body, and Basic credentials, do as well', async () => {
  const form = (fields: Record<string, string>, headers = {}) =>
    fetch(`${tenant.http}/oauth/token`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ grant_type: 'client_credentials', audience: managementAudience(), ...fields }),
    })
  expect((await form(credentials())).status).toBe(200)
  const basic = Buffer.from(`${tenant.m2m.clientId}:${tenant.m2m.clientSecret}`).toString('base64')
  expect((await form({}, { authorization: `Basic ${basic}` })).status).toBe(200)
  expect((await form(credentials(), { authorization: `Basic ${basic}` })).status).toBe(400)
})

test('the issuer follows the origin that was used', async () => {
  const response = await secureFetch(`${tenant.https}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', audience: managementAudience(), ...credentials() }),
  })
  const { access_token: token } = (await response.json()) as { access_token: string }
  expect(decodeJwt(token).iss).toBe(`${tenant.https}/`)
})

test('the authentication client of auth0@6 and of auth0/legacy get a token', async () => {
  const options = {
    domain: tenant.domain,
    clientId: tenant.m2m.clientId,
    clientSecret: tenant.m2m.clientSecret,
    fetch: secureFetch,
  }
  for (const client of [new AuthenticationClient(options), new LegacyAuthenticationClient(options)]) {
    const { data } = await client.oauth.clientCredentialsGrant({ audience: managementAudience() })
    expect(data).toMatchObject({ expires_in: 86_400, token_type: 'Bearer' })
    expect(decodeJwt(data.access_token).aud).toBe(managementAudience())
  }
})

test('auth0-auth-js gets a token with the secret, and with a key of its own', async () => {
  const withSecret = new AuthClient({
    domain: tenant.domain,
    clientId: tenant.m2m.clientId,
    clientSecret: tenant.m2m.clientSecret,
    customFetch: secureFetch,
  })
  const bySecret = await withSecret.getTokenByClientCredentials({ audience: managementAudience() })
  expect(decodeJwt(bySecret.accessToken).aud).toBe(managementAudience())

  const { clientId, privateKey } = await makeKeyClient()
  const withKey = new AuthClient({
    domain: tenant.domain,
    clientId,
    clientAssertionSigningKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    customFetch: secureFetch,
  })
  const byKey = await withKey.getTokenByClientCredentials({ audience: managementAudience() })
  expect(decodeJwt(byKey.accessToken).azp).toBe(clientId)
})

test('openid-client 6 discovers the tenant and gets a token', async () => {
  const config = await openid.discovery(new URL(tenant.http), tenant.m2m.clientId, tenant.m2m.clientSecret, undefined, {
    execute: [openid.allowInsecureRequests],
  })
  const answer = await openid.clientCredentialsGrant(config, { audience: managementAudience() })
  expect(answer.expires_in).toBe(86_400)
})

test('the management client asks for one token for many calls, and renews it before it expires', async () => {
  const before = tenant.requests.get('POST /oauth/token') ?? 0
  const count = () => (tenant.requests.get('POST /oauth/token') ?? 0) - before
  const client = () =>
    new ManagementClient({
      domain: tenant.domain,
      clientId: tenant.m2m.clientId,
      clientSecret: tenant.m2m.clientSecret,
      fetch: secureFetch,
    })
  const lasting = client()
  await Promise.all([lasting.users.list(), lasting.roles.list(), lasting.users.list({ per_page: 1 })])
  await lasting.users.list()
  expect(count()).toBe(1)

  // The client renews ten seconds before the end: a token for nine seconds is renewed for each call.
  const management = `/resource-servers/${encodeURIComponent(managementAudience())}`
  await tenant.api('PATCH', management, { token_lifetime: 9 })
  const renewing = client()
  await renewing.users.list({ per_page: 1 })
  await renewing.users.list({ per_page: 1 })
  expect(count()).toBe(3)
  await tenant.api('PATCH', management, { token_lifetime: 86_400 })
})

async function makeKeyClient() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const { body } = await tenant.api('POST', '/clients', {
    name: `Key client ${randomUUID()}`,
    app_type: 'non_interactive',
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['client_credentials'],
    public_keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256', use: 'sig' }],
  })
  const { client_id: clientId } = body as { client_id: string }
  await tenant.api('POST', '/client-grants', {
    client_id: clientId,
    audience: managementAudience(),
    scope: ['read:users'],
  })
  return { clientId, privateKey }
}

test('a new secret, a narrower grant and a client that is gone count at once, and within a second in another process', async () => {
  const other = await startTestTenant(tenant)
  const { body: made } = await tenant.api('POST', '/clients', {
    name: 'Changing',
    app_type: 'non_interactive',
    grant_types: ['client_credentials'],
  })
  const { client_id: clientId, client_secret: first } = made as Record<string, string>
  const { body: grant } = await tenant.api('POST', '/client-grants', {
    client_id: clientId,
    audience: managementAudience(),
    scope: ['read:users', 'read:roles'],
  })
  const grantPath = `/client-grants/${(grant as { id: string }).id}`
  const askAt = async (at: string, secret: string | undefined) => {
    const response = await fetch(`${at}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: secret,
        audience: managementAudience(),
      }),
    })
    const body = (await response.json()) as { scope?: string }
    return { status: response.status, scope: body.scope }
  }
  /** Both processes have just read how it was. */
  const warm = (secret: string | undefined) => Promise.all([askAt(tenant.http, secret), askAt(other.http, secret)])
  await warm(first)
  await tenant.api('PATCH', grantPath, { scope: ['read:users'] })
  expect(await askAt(tenant.http, first)).toEqual({ status: 200, scope: 'read:users' })
  await expect.poll(() => askAt(other.http, first), { timeout: 2000 }).toEqual({ status: 200, scope: 'read:users' })

  await warm(first)
  const { body: rotated } = await tenant.api('POST', `/clients/${clientId}/rotate-secret`)
  const { client_secret: second } = rotated as Record<string, string>
  expect([(await askAt(tenant.http, first)).status, (await askAt(tenant.http, second)).status]).toEqual([401, 200])
  await expect.poll(async () => (await askAt(other.http, first)).status, { timeout: 2000 }).toBe(401)

  await warm(second)
  await tenant.api('DELETE', grantPath)
  expect((await askAt(tenant.http, second)).status).toBe(403)
  await tenant.api('DELETE', `/clients/${clientId}`)
  expect((await askAt(tenant.http, second)).status).toBe(401)
  await expect.poll(async () => (await askAt(other.http, second)).status, { timeout: 2000 }).toBe(401)
  await other.close()
})

test('a signed assertion is taken once, for us, and for a short while', async () => {
  const { clientId, privateKey } = await makeKeyClient()
  const assertion = (changes: { aud?: string; exp?: number; jti?: string } = {}) =>
    new SignJWT({ jti: changes.jti ?? randomUUID() })
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(changes.aud ?? `${tenant.http}/`)
      .setIssuedAt()
      .setExpirationTime(changes.exp ?? Math.floor(Date.now() / 1000) + 60)
      .sign(privateKey)
  const present = async (token: string) =>
    (
      await ask({
        client_assertion: token,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      })
    ).status
  const once = await assertion()
  expect(await present(once)).toBe(200)
  expect(await present(once)).toBe(401)
  expect(await present(await assertion({ aud: 'https://elsewhere.example/' }))).toBe(401)
  expect(await present(await assertion({ exp: Math.floor(Date.now() / 1000) + 86_400 }))).toBe(401)
  expect(await present('not.a.token')).toBe(401)
  const parallel = await assertion()
  const statuses = await Promise.all(Array.from({ length: 10 }, () => present(parallel)))
  expect(statuses.filter((status) => status === 200)).toHaveLength(1)
})

test('an unknown client and a wrong secret get the same answer, whatever else is wrong', async () => {
  const answers = await Promise.all([
    ask({ client_id: 'nobody', client_secret: 'x' }),
    ask({ ...credentials(), client_secret: 'wrong' }),
    ask({ ...credentials(), client_secret: 'wrong', audience: 'https://unknown.example' }),
    ask({ client_id: tenant.m2m.clientId }),
  ])
  for (const { status, body } of answers) {
    expect(status).toBe(401)
    expect(body).toEqual({ error: 'access_denied', error_description: 'Unauthorized' })
  }
})

test.each([
  [
    'an unknown API',
    { audience: 'https://unknown.example' },
    403,
    'access_denied',
    'Service not enabled within domain: https://unknown.example',
  ],
  ['no audience', { audience: undefined }, 403, 'access_denied', 'No audience parameter was provided'],
  [
    'a scope beyond the grant',
    { scope: 'read:everything' },
    403,
    'access_denied',
    'Client has not been granted scopes: read:everything',
  ],
  ['an unknown grant', { grant_type: 'magic' }, 403, 'unsupported_grant_type', 'Unsupported grant type: magic'],
  [
    'a grant it may not use',
    { grant_type: 'refresh_token', refresh_token: 'x' },
    403,
    'unauthorized_client',
    "Grant type 'refresh_token' not allowed for the client.",
  ],
  ['no grant type', { grant_type: undefined }, 400, 'invalid_request', 'Missing required parameter: grant_type'],
  ['a parameter that is no text', { audience: { $ne: '' } }, 400, 'invalid_request', 'Parameter audience is not valid'],
  ['a NUL', { audience: 'a\u0000b' }, 400, 'invalid_request', 'Parameter audience is not valid'],
])('%s is refused in Auth0’s words', async (_name, change, status, error, description) => {
  const answer = await ask({ ...credentials(), ...change })
  expect(answer.status).toBe(status)
  expect(answer.body).toMatchObject({ error, error_description: expect.stringContaining(description) })
})

test('an API the client has no grant for is refused with the way out', async () => {
  await tenant.api('POST', '/resource-servers', { identifier: 'https://other.example', name: 'Other' })
  const { status, body } = await ask({ ...credentials(), audience: 'https://other.example' })
  expect(status).toBe(403)
  expect(body.error_description).toMatch(
    /^Client is not authorized to access "https:\/\/other.example"\. You need to create a "client-grant"/,
  )
})

test('a body that is no JSON, or too large, is the caller’s fault', async () => {
  const send = (body: string) =>
    fetch(`${tenant.http}/oauth/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  expect((await send('{"a":')).status).toBe(400)
  expect((await send(JSON.stringify({ grant_type: 'x'.repeat(100_000) }))).status).toBe(413)
})

test('keys rotate: the old token and the new one both verify, and the next key is known beforehand', async () => {
  const jwks = async () =>
    ((await (await fetch(`${tenant.http}/.well-known/jwks.json`)).json()) as { keys: Record<string, unknown>[] }).keys
  const before = await jwks()
  expect(before).toHaveLength(2)
  expect(Object.keys(before[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use', 'x5c', 'x5t'])
  const guard = createRemoteJWKSet(new URL(`${tenant.http}/.well-known/jwks.json`))
  const old = String((await ask(credentials())).body.access_token)
  await jwtVerify(old, guard)
  await tenant.tenant.context.keys.rotate()
  const fresh = String((await ask(credentials())).body.access_token)
  expect(decodeProtectedHeader(fresh).kid).toBe(before[1]?.kid)
  await jwtVerify(fresh, guard)
  await jwtVerify(old, guard)
  expect((await tenant.api('GET', '/users?per_page=1', undefined, old)).status).toBe(200)
})

test('a guard that is warm takes the tokens of the next key without asking again, and the tenant’s own keeps its old ones', async () => {
  const audience = 'https://guarded.example'
  await tenant.api('POST', '/resource-servers', {
    identifier: audience,
    name: 'Guarded',
    scopes: [{ value: 'read:it' }],
  })
  await tenant.api('POST', '/client-grants', { client_id: tenant.m2m.clientId, audience, scope: ['read:it'] })
  const app = express()
  app.use(auth({ issuerBaseURL: tenant.http, audience }))
  app.get('/', requiredScopes('read:it'), (_req, res) => void res.json('in'))
  const guard = app.listen(0, '127.0.0.1')
  await once(guard, 'listening')
  const { port } = guard.address() as AddressInfo
  const enter = async (token: unknown) =>
    (await fetch(`http://127.0.0.1:${port}/`, { headers: { authorization: `Bearer ${String(token)}` } })).status
  try {
    const old = (await ask({ ...credentials(), audience })).body.access_token
    expect(await enter(old)).toBe(200)
    const asked = tenant.requests.get('GET /.well-known/jwks.json')
    await tenant.tenant.context.keys.rotate()
    expect(await enter((await ask({ ...credentials(), audience })).body.access_token)).toBe(200)
    expect(await enter(old)).toBe(200)
    expect(await enter((await ask(credentials())).body.access_token)).toBe(401) // for the Management API
    expect(tenant.requests.get('GET /.well-known/jwks.json')).toBe(asked)
  } finally {
    guard.close()
  }
})

test('a second process on the same database signs with the same keys and takes the same tokens', async () => {
  const second = await startTestTenant(tenant)
  expect((await second.api('GET', '/users?per_page=1', undefined, await tenant.managementToken())).status).toBe(200)
  await second.close()
})
