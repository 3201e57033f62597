import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser, exchangeCode } from '../testing/browser.ts'
import { makeUser } from '../testing/make.ts'
import type { TestUser } from '../testing/make.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await startTestTenant()
})
afterAll(() => tenant.close())

const path = ({ userId }: TestUser) => `/users/${encodeURIComponent(userId)}`

/** A person's own token for the Management API, as a single-page application gets it. */
async function ownToken(user: TestUser, scope: string): Promise<string> {
  const params = { audience: `${tenant.http}/api/v2/`, scope: `openid ${scope}` }
  const result = await new TestBrowser(tenant.http).signIn(tenant, params, user)
  return (await exchangeCode(tenant, result.get('code') ?? '')).body.access_token ?? ''
}

test('a person gets the scopes of the current user and no others, however many they ask for', async () => {
  const user = await makeUser(tenant)
  const token = await ownToken(user, 'read:users update:users delete:users read:current_user update:current_user_metadata read:logs') // prettier-ignore
  expect(decodeJwt(token).scope).toBe('openid read:current_user update:current_user_metadata')
  for (const [method, target] of [
    ['GET', '/users'],
    ['DELETE', path(user)],
    ['GET', '/logs'],
    ['GET', '/clients'],
  ] as const)
    // prettier-ignore
    expect((await tenant.api(method, target, undefined, token)).status, `${method} ${target}`).toBe(403)
})

test('a person reads themself and changes their own metadata, and nobody else’s', async () => {
  const [user, other] = [await makeUser(tenant), await makeUser(tenant)]
  const token = await ownToken(user, 'read:current_user update:current_user_metadata')
  expect((await tenant.api('GET', path(user), undefined, token)).body).toMatchObject({ email: user.email })
  expect((await tenant.api('PATCH', path(user), { user_metadata: { colour: 'red' } }, token)).body).toMatchObject({ user_metadata: { colour: 'red' } }) // prettier-ignore
  for (const body of [
    { app_metadata: { admin: true } },
    { blocked: false },
    { email: 'x@example.com' },
    { user_metadata: {}, name: 'x' },
  ])
    // prettier-ignore
    expect((await tenant.api('PATCH', path(user), body, token)).status).toBe(403)
  expect((await tenant.api('GET', path(other), undefined, token)).status).toBe(403)
  expect((await tenant.api('PATCH', path(other), { user_metadata: { colour: 'red' } }, token)).status).toBe(403)
})
