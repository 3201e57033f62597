import { createHash, randomUUID } from 'node:crypto'
import { get } from 'node:http'
import { sql } from '@rollcall/database'
import { SignJWT, decodeJwt, exportJWK, generateKeyPair } from 'jose'
import * as openid from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser, authorizeUrl, exchange, exchangeCode, pkce, refresh } from '../testing/browser.ts'
import { callbackUrl, startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

let tenant: TestTenant
/** A second process on the same database. */
let twin: TestTenant
beforeAll(async () => {
  tenant = await startTestTenant()
  twin = await startTestTenant(tenant)
})
afterAll(async () => {
  await twin.close()
  await tenant.close()
})

const browser = () => new TestBrowser(tenant.http)
const codeOf = async (params?: Record<string, string>) => (await browser().signIn(tenant, params)).get('code') ?? ''

async function makeUser(fields: Record<string, unknown> = {}) {
  const email = `${randomUUID()}@example.com`
  const password = `Aa1!${randomUUID()}`
  const { body } = await tenant.api('POST', '/users', {
    connection: 'Username-Password-Authentication',
    email,
    password,
    ...fields,
  })
  return { email, password, userId: (body as { user_id: string }).user_id }
}

test('a sign-in leads back with a code and the state, and the code gives Auth0’s tokens', async () => {
  const answer = await browser().signIn(tenant, { nonce: 'n-1' })
  expect(answer.get('state')).toBe('the-state')
  const { status, body } = await exchangeCode(tenant, answer.get('code') ?? '')
  expect(status).toBe(200)
  expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 86_400, scope: 'openid profile email offline_access' })
  expect(decodeJwt(body.access_token ?? '')).toMatchObject({
    iss: `${tenant.http}/`,
    aud: [tenant.audience, `${tenant.http}/userinfo`],
    azp: tenant.spa.clientId,
    permissions: ['manage:users'],
  })
  expect(decodeJwt(body.id_token ?? '')).toMatchObject({
    aud: tenant.spa.clientId,
    nonce: 'n-1',
    email: tenant.staff.email,
    email_verified: true,
    updated_at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/),
    sid: expect.any(String),
  })
  const userinfo = await fetch(`${tenant.http}/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } })
  expect(await userinfo.json()).toMatchObject({ sub: decodeJwt(body.id_token ?? '').sub, email: tenant.staff.email })
})

test('a scope is granted as far as the person holds the permission', async () => {
  const guest = await makeUser()
  const code = (await browser().signIn(tenant, { scope: 'openid manage:users' }, guest)).get('code') ?? ''
  const { body } = await exchangeCode(tenant, code)
  expect(body.scope).toBe('openid')
  expect(decodeJwt(body.access_token ?? '')).toMatchObject({ permissions: [] })
})

test('without an audience the access token is opaque, and good for /userinfo alone', async () => {
  const answer = await browser().open(authorizeUrl(tenant).replace(/&audience=[^&]+/, ''))
  expect(answer.status).toBe(302)
  const visitor = browser()
  const page = (await visitor.open(authorizeUrl(tenant).replace(/&audience=[^&]+/, ''))).headers.get('location') ?? ''
  const state = new URL(page, tenant.http).searchParams.get('state') ?? ''
  const back = await visitor.submit('/u/login', {
    state,
    username: tenant.staff.email,
    password: tenant.staff.password,
  })
  const { body } = await exchangeCode(
    tenant,
    new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? '',
  )
  expect(body.access_token).toHaveLength(32)
  const headers = { authorization: `Bearer ${body.access_token}` }
  expect((await fetch(`${tenant.http}/userinfo`, { headers })).status).toBe(200)
  expect((await tenant.api('GET', '/users', undefined, body.access_token)).status).toBe(401)
})

test('of ten uses of one code at once, over two processes, one wins, and what it gave is ended', async () => {
  const code = await codeOf()
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => exchangeCode(index % 2 ? tenant : twin, code)),
  )
  const good = answers.filter(({ status }) => status === 200)
  expect(good.length).toBeLessThanOrEqual(1)
  for (const { status, body } of answers.filter((answer) => answer.status !== 200)) {
    expect([status, body.error]).toEqual([403, 'invalid_grant'])
  }
  const token = good[0]?.body.refresh_token
  if (token !== undefined) expect((await refresh(tenant, token)).status).toBe(403)
})

test('a code is spent by a wrong verifier, and is of no use to another client or redirect address', async () => {
  const code = await codeOf()
  const wrong = await exchange(tenant, { grant_type: 'authorization_code', code, code_verifier: 'x'.repeat(43) })
  expect(wrong).toMatchObject({ status: 403, body: { error: 'invalid_grant' } })
  expect((await exchangeCode(tenant, code)).status).toBe(403)
  const elsewhere = await exchange(tenant, {
    grant_type: 'authorization_code',
    code: await codeOf(),
    code_verifier: pkce.verifier,
    redirect_uri: 'http://localhost:3000/other',
  })
  expect(elsewhere.status).toBe(403)
})

test('refresh tokens rotate; of ten uses of one at once, over two processes, one wins and the family ends', async () => {
  const { body: first } = await exchangeCode(tenant, await codeOf())
  const { body: second, status } = await refresh(tenant, first.refresh_token ?? '')
  expect(status).toBe(200)
  expect(second.refresh_token).not.toBe(first.refresh_token)
  expect(decodeJwt(second.access_token ?? '').aud).toContain(tenant.audience)
  const uses = await Promise.all(
    Array.from({ length: 10 }, (_, index) => refresh(index % 2 ? tenant : twin, second.refresh_token ?? '')),
  )
  const good = uses.filter((use) => use.status === 200)
  expect(good).toHaveLength(1)
  // The winner may be the thief: what it got is dead as well.
  expect((await refresh(tenant, good[0]?.body.refresh_token ?? '')).status).toBe(403)
})

test('a refresh may ask for less than was granted, never for more', async () => {
  const { body: first } = await exchangeCode(tenant, await codeOf({ scope: 'openid email offline_access' }))
  const again = (token: string, scope: string) =>
    exchange(tenant, { grant_type: 'refresh_token', refresh_token: token, scope })
  const { body: less } = await again(first.refresh_token ?? '', 'openid')
  expect(less.scope).toBe('openid')
  const { body: more } = await again(less.refresh_token ?? '', 'openid email profile manage:users')
  expect(more.scope).toBe('openid email')
})

/** A single-page application of its own, so that its settings disturb nobody else. */
async function makeApplication(settings: Record<string, unknown>) {
  const { body } = await tenant.api('POST', '/clients', {
    name: `Application ${randomUUID()}`,
    app_type: 'spa',
    callbacks: [callbackUrl],
    ...settings,
  })
  const { client_id: clientId, client_secret: clientSecret = '' } = body as Record<string, string>
  const { db } = tenant.tenant.context
  const connections = await db.selectFrom('connections').select(['id', 'enabled_clients']).execute()
  for (const { id, enabled_clients: enabled } of connections) {
    await tenant.api('PATCH', `/connections/${id}`, { enabled_clients: [...enabled, clientId] })
  }
  return { http: tenant.http, spa: { clientId: clientId ?? '' }, clientSecret }
}

test('a refresh token that does not rotate may be used again; its idle time begins anew with each use', async () => {
  const application = await makeApplication({
    refresh_token: {
      rotation_type: 'non-rotating',
      expiration_type: 'expiring',
      infinite_idle_token_lifetime: false,
      idle_token_lifetime: 1000,
    },
  })
  const code = await codeOf({ client_id: application.spa.clientId })
  const token = (await exchangeCode(application, code)).body.refresh_token ?? ''
  const ageBy = (seconds: number) =>
    tenant.tenant.context.db
      .updateTable('refresh_tokens')
      .set({ idle_expires_at: sql`idle_expires_at - make_interval(secs => ${seconds})` })
      .where('token_hash', '=', createHash('sha256').update(token).digest())
      .execute()
  for (let count = 0; count < 3; count += 1) {
    const { status, body } = await refresh(application, token)
    expect([status, body.refresh_token]).toEqual([200, undefined])
    await ageBy(900)
  }
  await ageBy(900)
  expect((await refresh(application, token)).status).toBe(403)
})

test('within the leeway a used refresh token is taken for a lost answer, not for a theft', async () => {
  const application = await makeApplication({
    refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 60 },
  })
  const code = await codeOf({ client_id: application.spa.clientId })
  const token = (await exchangeCode(application, code)).body.refresh_token ?? ''
  const [one, other] = [await refresh(application, token), await refresh(application, token)]
  expect([one.status, other.status]).toEqual([200, 200])
  await tenant.tenant.context.db
    .updateTable('refresh_tokens')
    .set({ used_at: sql`used_at - interval '61 seconds'` })
    .where('used_at', 'is not', null)
    .execute()
  expect((await refresh(application, token)).status).toBe(403)
  expect((await refresh(application, one.body.refresh_token ?? '')).status).toBe(403)
})

test('what was granted for an API ends with the API', async () => {
  const identifier = `https://${randomUUID()}.example`
  const { body: api } = await tenant.api('POST', '/resource-servers', {
    identifier,
    name: identifier,
    allow_offline_access: true,
  })
  const { body } = await exchangeCode(tenant, await codeOf({ audience: identifier }))
  await tenant.api('DELETE', `/resource-servers/${(api as { id: string }).id}`)
  expect(await refresh(tenant, body.refresh_token ?? '')).toMatchObject({
    status: 403,
    body: { error: 'access_denied', error_description: `Service not found: ${identifier}` },
  })
})

test('a redirect address is repeated at the exchange only if it was named before; PKCE may be plain', async () => {
  const verifier = 'v'.repeat(43)
  const visitor = browser()
  await visitor.signIn(tenant)
  const address = new URL(
    authorizeUrl(tenant, { code_challenge: verifier, code_challenge_method: 'plain' }),
    tenant.http,
  )
  address.searchParams.delete('redirect_uri')
  const ask = async () =>
    new URL((await visitor.open(address.href)).headers.get('location') ?? '').searchParams.get('code') ?? ''
  const redeem = async (body: Record<string, string>) =>
    (
      await fetch(`${tenant.http}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: tenant.spa.clientId,
          code_verifier: verifier,
          ...body,
        }),
      })
    ).status
  expect(await redeem({ code: await ask() })).toBe(200)
  expect(await redeem({ code: await ask(), redirect_uri: 'http://localhost:3000/other' })).toBe(403)
  expect(await redeem({ code: await codeOf({ code_challenge: verifier, code_challenge_method: 'plain' }) })).toBe(403)
})

test('express-openid-connect’s default, an id token by form_post, needs the implicit grant', async () => {
  const application = await makeApplication({ grant_types: ['implicit'] })
  const visitor = browser()
  const address = authorizeUrl(tenant, {
    client_id: application.spa.clientId,
    response_type: 'id_token',
    response_mode: 'form_post',
    nonce: 'n-2',
    state: '"><script>',
  })
  const page = (await visitor.open(address)).headers.get('location') ?? ''
  const state = new URL(page, tenant.http).searchParams.get('state') ?? ''
  const { email, password } = tenant.staff
  const answer = await visitor.submit('/u/login', { state, username: email, password })
  expect(answer.headers.get('content-security-policy')).toContain('form-action http://localhost:3000;')
  const html = await answer.text()
  expect(html).toContain(`action="${callbackUrl}"`)
  expect(html).toContain('name="state" value="&quot;&gt;&lt;script&gt;"')
  const idToken = /name="id_token" value="([^"]+)"/.exec(html)?.[1] ?? ''
  expect(decodeJwt(idToken)).toMatchObject({ aud: application.spa.clientId, nonce: 'n-2', email })
})

test('openid-client takes the hybrid answer: the id token vouches for the code beside it', async () => {
  const application = await makeApplication({
    app_type: 'regular_web',
    grant_types: ['implicit', 'authorization_code'],
  })
  const config = await openid.discovery(
    new URL(tenant.http),
    application.spa.clientId,
    { client_secret: application.clientSecret },
    undefined,
    { execute: [openid.allowInsecureRequests, openid.useCodeIdTokenResponseType] },
  )
  const address = openid.buildAuthorizationUrl(config, {
    redirect_uri: callbackUrl,
    scope: 'openid email',
    nonce: 'n-3',
    state: 's-3',
  })
  const visitor = browser()
  await visitor.signIn(tenant)
  const back = (await visitor.open(address.href)).headers.get('location') ?? ''
  const tokens = await openid.authorizationCodeGrant(config, new URL(back), {
    expectedNonce: 'n-3',
    expectedState: 's-3',
  })
  expect(tokens.claims()?.email).toBe(tenant.staff.email)
})

test('whoever was blocked or deleted gets no more tokens', async () => {
  for (const end of [
    (id: string) => tenant.api('PATCH', `/users/${encodeURIComponent(id)}`, { blocked: true }),
    (id: string) => tenant.api('DELETE', `/users/${encodeURIComponent(id)}`),
  ]) {
    const user = await makeUser()
    const visitor = browser()
    const { body } = await exchangeCode(tenant, (await visitor.signIn(tenant, {}, user)).get('code') ?? '')
    await end(user.userId)
    expect((await refresh(tenant, body.refresh_token ?? '')).status).toBe(403)
    const silent = await visitor.signIn(tenant, { prompt: 'none' }, user)
    expect(['unauthorized', 'login_required']).toContain(silent.get('error'))
  }
})

test('a blocked person is told so at the application, with the right password only', async () => {
  const user = await makeUser({ blocked: true })
  const answer = await browser().signIn(tenant, {}, user)
  expect(Object.fromEntries(answer)).toMatchObject({ error: 'unauthorized', error_description: 'user is blocked' })
})

test('a second sign-in in the same browser asks nothing; prompt=login and max_age=0 ask again; prompt=none never asks', async () => {
  const visitor = browser()
  expect((await visitor.signIn(tenant, { prompt: 'none' })).get('error')).toBe('login_required')
  await visitor.signIn(tenant)
  const again = await visitor.open(authorizeUrl(tenant))
  expect(again.headers.get('location')).toMatch(/^http:\/\/localhost:3000\/\?code=/)
  for (const params of [{ prompt: 'login' }, { max_age: '0' }] as Record<string, string>[]) {
    expect((await visitor.open(authorizeUrl(tenant, params))).headers.get('location')).toMatch(/^\/u\/login/)
  }
  expect((await visitor.signIn(tenant, { prompt: 'none' })).get('code')).toBeTruthy()
})

test('silent sign-in posts its answer to the application’s origin and to no other', async () => {
  const visitor = browser()
  await visitor.signIn(tenant)
  const page = await visitor.open(authorizeUrl(tenant, { prompt: 'none', response_mode: 'web_message' }))
  const html = await page.text()
  expect(html).toContain('"type":"authorization_response"')
  expect(html).toContain('"http://localhost:3000"')
  expect(page.headers.get('content-security-policy')).toMatch(
    /script-src 'nonce-[\w-]+'; frame-ancestors http:\/\/localhost:3000/,
  )
})

test('an application or redirect address that is not known is told on a page, and nothing is sent anywhere', async () => {
  for (const params of [
    { client_id: 'nobody' },
    { redirect_uri: 'http://localhost:3001/' },
    { redirect_uri: 'http://localhost:3000/../evil' },
    { redirect_uri: 'https://localhost:3000/' },
  ] as Record<string, string>[]) {
    const response = await browser().open(authorizeUrl(tenant, params))
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
  }
})

test('a request without PKCE, with an unknown audience or response type, is told to the application', async () => {
  const answerTo = async (params: Record<string, string>) => {
    const response = await browser().open(authorizeUrl(tenant, params))
    const { searchParams, hash } = new URL(response.headers.get('location') ?? '', callbackUrl)
    return searchParams.get('error') ?? new URLSearchParams(hash.slice(1)).get('error')
  }
  expect(await answerTo({ code_challenge: '' })).toBe('invalid_request')
  expect(await answerTo({ audience: 'https://unknown.example' })).toBe('access_denied')
  expect(await answerTo({ response_type: 'everything' })).toBe('unsupported_response_type')
  expect(await answerTo({ response_type: 'id_token', nonce: 'n' })).toBe('unauthorized_client')
})

test('a sign-in page answers to the browser it was shown in, once', async () => {
  const victim = browser()
  const page = (await victim.open(authorizeUrl(tenant))).headers.get('location') ?? ''
  const state = new URL(page, tenant.http).searchParams.get('state') ?? ''
  const fields = { state, username: tenant.staff.email, password: tenant.staff.password }
  expect((await browser().submit('/u/login', fields)).status).toBe(400)
  expect((await browser().open(page)).status).toBe(400)
  const clicks = await Promise.all([victim.submit('/u/login', fields), victim.submit('/u/login', fields)])
  expect(clicks.map(({ status }) => status).sort()).toEqual([302, 400])
  expect((await victim.submit('/u/login', fields)).status).toBe(400)
})

test('nothing typed at the sign-in page becomes markup', async () => {
  const visitor = browser()
  const page =
    (await visitor.open(authorizeUrl(tenant, { login_hint: '"><script>alert(1)</script>' }))).headers.get('location') ??
    ''
  const html = await (await visitor.open(page)).text()
  expect(html).not.toContain('<script')
  expect(html).toContain('&quot;&gt;&lt;script&gt;')
})

test('of many guesses at once no more are tried than of as many in turn', async () => {
  const user = await makeUser()
  const visitor = browser()
  const page = (await visitor.open(authorizeUrl(tenant))).headers.get('location') ?? ''
  const state = new URL(page, tenant.http).searchParams.get('state') ?? ''
  const fields = { state, username: user.email, password: 'wrong' }
  const answers = await Promise.all(Array.from({ length: 30 }, () => visitor.submit('/u/login', fields)))
  expect(answers.filter(({ status }) => status === 400).length).toBeLessThanOrEqual(10)
  await tenant.tenant.context.db.deleteFrom('login_failures').execute()
})

test('signing in well never locks anybody out', async () => {
  const user = await makeUser()
  for (let count = 0; count < 12; count += 1) {
    expect((await browser().signIn(tenant, {}, user)).get('code')).toBeTruthy()
  }
  const left = await tenant.tenant.context.db.selectFrom('login_failures').selectAll().execute()
  expect(left).toEqual([])
})

test('a bound token needs its key, and a proof is good once over two processes: what was stolen is worth nothing', async () => {
  const makeKey = async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const jwk = await exportJWK(publicKey)
    return (method: string, url: string, more: Record<string, string> = {}) =>
      new SignJWT({ jti: randomUUID(), htm: method, htu: url, ...more })
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
        .setIssuedAt()
        .sign(privateKey)
  }
  const prove = await makeKey()
  const steal = await makeKey()
  const endpoint = `${tenant.http}/oauth/token`
  const { body } = await exchangeCode(tenant, await codeOf(), { dpop: await prove('POST', endpoint) })
  expect(body.token_type).toBe('DPoP')
  expect(decodeJwt(body.access_token ?? '')).toMatchObject({ cnf: { jkt: expect.any(String) } })

  expect((await refresh(tenant, body.refresh_token ?? '')).status).toBe(403)
  expect((await refresh(tenant, body.refresh_token ?? '', { dpop: await steal('POST', endpoint) })).status).toBe(403)
  const proof = await prove('POST', endpoint)
  expect((await refresh(tenant, body.refresh_token ?? '', { dpop: proof })).status).toBe(200)
  expect((await refresh(tenant, body.refresh_token ?? '', { dpop: proof })).status).toBe(400) // a proof is for one use
  expect((await refresh(tenant, body.refresh_token ?? '', { dpop: await prove('GET', endpoint) })).status).toBe(400)

  const token = body.access_token ?? ''
  const ath = createHash('sha256').update(token).digest('base64url')
  const ask = async (proven?: string) =>
    (
      await fetch(`${tenant.http}/userinfo`, {
        headers: { authorization: `DPoP ${token}`, ...(proven && { dpop: proven }) },
      })
    ).status
  expect(await ask()).toBe(401)
  expect(await ask(await steal('GET', `${tenant.http}/userinfo`, { ath }))).toBe(401)
  expect(await ask(await prove('GET', `${tenant.http}/userinfo`))).toBe(401)
  expect(await ask(await prove('GET', `${tenant.http}/userinfo`, { ath }))).toBe(200)

  // Both processes answer for the origin that is called, as behind one address.
  const parallel = await prove('GET', `${tenant.http}/userinfo`, { ath })
  const askOne = (process: TestTenant) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { host: tenant.domain, authorization: `DPoP ${token}`, dpop: parallel }
      get(`${process.http}/userinfo`, { headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).once('error', reject)
    })
  const statuses = await Promise.all(Array.from({ length: 10 }, (_unused, place) => askOne(place % 2 ? twin : tenant)))
  expect(statuses.toSorted()).toEqual([200, ...Array.from({ length: 9 }, () => 401)])
})

test('signing out ends the session and leads only where the application said', async () => {
  const visitor = browser()
  await visitor.signIn(tenant)
  const logout = (returnTo: string) =>
    visitor.open(`/v2/logout?${new URLSearchParams({ client_id: tenant.spa.clientId, returnTo }).toString()}`)
  expect((await logout('https://evil.example/')).status).toBe(400)
  expect((await visitor.signIn(tenant, { prompt: 'none' })).get('code')).toBeTruthy()
  expect((await logout(callbackUrl)).headers.get('location')).toBe(callbackUrl)
  expect((await visitor.signIn(tenant, { prompt: 'none' })).get('error')).toBe('login_required')
})

test('the OIDC sign-out takes the id token for an answer, and asks the person without one', async () => {
  const visitor = browser()
  const { body } = await exchangeCode(tenant, (await visitor.signIn(tenant)).get('code') ?? '')
  const address = (params: Record<string, string>) => `/oidc/logout?${new URLSearchParams(params).toString()}`
  const asked = await visitor.open(address({}))
  expect([asked.status, await asked.text()]).toEqual([200, expect.stringContaining('Sign out?')])
  expect((await visitor.open(address({ id_token_hint: 'forged' }))).status).toBe(400)
  const done = await visitor.open(
    address({ id_token_hint: body.id_token ?? '', post_logout_redirect_uri: callbackUrl, state: 's' }),
  )
  expect(done.headers.get('location')).toBe(`${callbackUrl}?state=s`)
  expect((await visitor.signIn(tenant, { prompt: 'none' })).get('error')).toBe('login_required')
})

test('/userinfo refuses with Auth0’s bare text', async () => {
  const response = await fetch(`${tenant.http}/userinfo`, { headers: { authorization: 'Bearer nonsense' } })
  expect([response.status, await response.text()]).toEqual([401, 'Unauthorized'])
  expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
})

test('pages of other origins get no answer they can read', async () => {
  const ask = (origin: string) => fetch(`${tenant.http}/oauth/token`, { method: 'OPTIONS', headers: { origin } })
  expect((await ask('http://localhost:3000')).headers.get('access-control-allow-origin')).toBe('http://localhost:3000')
  expect((await ask('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
})

test('a revoked refresh token is of no more use', async () => {
  const { body } = await exchangeCode(tenant, await codeOf())
  const response = await fetch(`${tenant.http}/oauth/revoke`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: tenant.spa.clientId, token: body.refresh_token ?? '' }),
  })
  expect([response.status, await response.text()]).toEqual([200, ''])
  expect((await refresh(tenant, body.refresh_token ?? '')).status).toBe(403)
})
