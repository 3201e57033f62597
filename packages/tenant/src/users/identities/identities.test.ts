import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeUser } from '../../testing/make.ts'
import type { TestUser } from '../../testing/make.ts'
import { startTestTenant } from '../../testing/start-test-tenant.ts'
import type { TestTenant } from '../../testing/start-test-tenant.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await startTestTenant()
})
afterAll(() => tenant.close())

const path = ({ userId }: TestUser) => `/users/${encodeURIComponent(userId)}`
const idOf = ({ userId }: TestUser) => userId.split('|')[1] ?? ''
const link = (primary: TestUser, secondary: TestUser) => tenant.api('POST', `${path(primary)}/identities`, { provider: 'auth0', user_id: secondary.userId }) // prettier-ignore

test('a linked account goes into the other, which keeps its own metadata; unlinked it is a user again', async () => {
  const [primary, secondary] = [await makeUser(tenant), await makeUser(tenant)]
  await tenant.api('PATCH', path(primary), { user_metadata: { kept: true } })
  await tenant.api('PATCH', path(secondary), { user_metadata: { gone: true } })
  const linked = await link(primary, secondary)
  expect(linked.status).toBe(201)
  expect(linked.body).toMatchObject([{ user_id: idOf(primary), provider: 'auth0' }, { user_id: idOf(secondary), provider: 'auth0', profileData: { email: secondary.email } }]) // prettier-ignore
  expect((await tenant.api('GET', path(secondary))).status).toBe(404)
  expect((await tenant.api('GET', path(primary))).body).toMatchObject({ user_metadata: { kept: true } })

  const unlinked = await tenant.api('DELETE', `${path(primary)}/identities/auth0/${idOf(secondary)}`)
  expect(unlinked.body).toMatchObject([{ user_id: idOf(primary) }])
  expect((await tenant.api('GET', path(secondary))).body).toMatchObject({ email: secondary.email })
})

test('of many links of one account at once, one is made', async () => {
  const [first, second, wanted] = [await makeUser(tenant), await makeUser(tenant), await makeUser(tenant)]
  const answers = await Promise.all([link(first, wanted), link(second, wanted), link(first, wanted), link(second, wanted)]) // prettier-ignore
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  for (const { status } of answers) expect(status).toBeLessThan(500)
})

test('an account cannot be linked with itself, with nobody, or without the scope', async () => {
  const [user, other] = [await makeUser(tenant), await makeUser(tenant)]
  expect((await link(user, user)).status).toBe(400)
  expect((await tenant.api('POST', `${path(user)}/identities`, { provider: 'auth0', user_id: 'auth0|nobody' })).status).toBeGreaterThanOrEqual(400) // prettier-ignore
  const token = await tenant.managementToken('read:users')
  const refused = await tenant.api('POST', `${path(user)}/identities`, { provider: 'auth0', user_id: other.userId }, token) // prettier-ignore
  expect(refused.status).toBe(403)
  expect((await tenant.api('DELETE', `${path(user)}/identities/auth0/${idOf(user)}`)).status).toBe(400)
})
