import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser, authorizeUrl, exchangeCode, refresh } from '../testing/browser.ts'
import { makeUser } from '../testing/make.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await startTestTenant()
})
afterAll(() => tenant.close())

async function signedIn() {
  const user = await makeUser(tenant)
  const visitor = new TestBrowser(tenant.http)
  const result = await visitor.signIn(tenant, {}, user)
  const { body } = await exchangeCode(tenant, result.get('code') ?? '')
  const isSignedIn = async () => {
    const silent = await visitor.follow(await visitor.open(authorizeUrl(tenant, { prompt: 'none' })))
    return silent.result.get('code') !== null
  }
  return { user, path: `/users/${encodeURIComponent(user.userId)}`, refreshToken: body.refresh_token ?? '', isSignedIn }
}

test('a session is shown with where it came from, and ended for good', async () => {
  const { path, isSignedIn, user } = await signedIn()
  const { body } = await tenant.api('GET', `${path}/sessions`)
  const [session] = (body as { sessions: Record<string, unknown>[] }).sessions
  expect(session).toMatchObject({
    user_id: user.userId,
    clients: [{ client_id: tenant.spa.clientId }],
    device: { initial_ip: '127.0.0.1', last_ip: '127.0.0.1' },
  })
  const id = String(session?.id)
  expect((await tenant.api('GET', `/sessions/${id}`)).body).toMatchObject({ id })
  expect(await isSignedIn()).toBe(true)
  expect((await tenant.api('DELETE', `/sessions/${id}`)).status).toBe(202)
  expect(await isSignedIn()).toBe(false)
  expect((await tenant.api('GET', `/sessions/${id}`)).status).toBe(404)
})

test('refresh tokens are listed without themselves, and a revoked one is worth nothing', async () => {
  const { path, refreshToken } = await signedIn()
  const { body } = await tenant.api('GET', `${path}/refresh-tokens`)
  const [token] = (body as { tokens: Record<string, unknown>[] }).tokens
  expect(token).toMatchObject({ client_id: tenant.spa.clientId, rotating: true })
  expect(JSON.stringify(body)).not.toContain(refreshToken)
  expect((await tenant.api('DELETE', `/refresh-tokens/${String(token?.id)}`)).status).toBe(204)
  expect((await refresh(tenant, refreshToken)).body).toMatchObject({ error: 'invalid_grant' })
})

test('all that is open in somebody’s name is ended at once', async () => {
  const { path, refreshToken, isSignedIn } = await signedIn()
  expect((await tenant.api('DELETE', `${path}/sessions`)).status).toBe(202)
  expect((await tenant.api('DELETE', `${path}/refresh-tokens`)).status).toBe(202)
  expect(await isSignedIn()).toBe(false)
  expect((await refresh(tenant, refreshToken)).status).toBe(403)
})

test('each needs its own scope', async () => {
  const token = await tenant.managementToken('read:users update:users delete:users')
  for (const [method, path] of [
    ['GET', '/users/x/sessions'],
    ['DELETE', '/users/x/sessions'],
    ['GET', '/sessions/x'],
    ['DELETE', '/sessions/x'],
    ['GET', '/users/x/refresh-tokens'],
    ['DELETE', '/refresh-tokens/x'],
  ] as const)
    // prettier-ignore
    expect((await tenant.api(method, path, undefined, token)).status, `${method} ${path}`).toBe(403)
})
