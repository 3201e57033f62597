import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeUser } from '../testing/make.ts'
import type { TestUser } from '../testing/make.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'
import { fromBase32, toBase32, totpCode } from './totp.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await startTestTenant()
})
afterAll(() => tenant.close())
const path = ({ userId }: TestUser) => `/users/${encodeURIComponent(userId)}`

test('one-time passwords are those of RFC 6238, appendix B, cut to six digits', () => {
  const secret = toBase32(Buffer.from('12345678901234567890'))
  expect(secret).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  expect(fromBase32(secret).toString()).toBe('12345678901234567890')
  const codes = [59, 1_111_111_109, 1_111_111_111, 1_234_567_890, 2_000_000_000, 20_000_000_000].map((seconds) => totpCode(secret, Math.floor(seconds / 30))) // prettier-ignore
  expect(codes).toEqual(['287082', '081804', '050471', '005924', '279037', '353130'])
})

test('a method is added, shown without its secret, renamed and removed, and the user says that they have one', async () => {
  const user = await makeUser(tenant)
  const list = `${path(user)}/authentication-methods`
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  const added = await tenant.api('POST', list, { type: 'totp', name: 'Phone', totp_secret: secret })
  expect(added.status).toBe(201)
  const { id } = added.body as { id: string }
  const shown = await tenant.api('GET', list)
  expect(shown.body).toMatchObject([{ id, type: 'totp', name: 'Phone', confirmed: true }])
  expect(JSON.stringify(shown.body)).not.toContain(secret)
  expect((await tenant.api('GET', path(user))).body).toMatchObject({ multifactor: ['guardian'] })
  const kept = await tenant.tenant.context.db.selectFrom('authentication_methods').select('secret_sealed').execute()
  expect(kept.map((row) => row.secret_sealed?.toString('latin1')).join()).not.toContain(secret)

  expect((await tenant.api('PATCH', `${list}/${encodeURIComponent(id)}`, { name: 'New phone' })).body).toMatchObject({ name: 'New phone' }) // prettier-ignore
  expect((await tenant.api('DELETE', `${list}/${encodeURIComponent(id)}`)).status).toBe(204)
  expect((await tenant.api('GET', list)).body).toEqual([])
  expect((await tenant.api('GET', path(user))).body).not.toHaveProperty('multifactor')
})

test('a recovery code is renewed by an administrator, shown once, and replaces the one before', async () => {
  const user = await makeUser(tenant)
  const renew = () => tenant.api('POST', `${path(user)}/recovery-code-regeneration`)
  expect((await renew()).status).toBe(404) // there is nothing to recover yet
  await tenant.api('POST', `${path(user)}/authentication-methods`, { type: 'totp', name: 'Phone', totp_secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }) // prettier-ignore
  const [first, second] = [await renew(), await renew()]
  const codes = [first, second].map(({ body }) => (body as { recovery_code: string }).recovery_code)
  expect(codes[0]).toMatch(/^[A-Z0-9]{24}$/)
  expect(codes[0]).not.toBe(codes[1])
  expect((await tenant.api('GET', `${path(user)}/authentication-methods`)).body).toHaveLength(2)
})

test('each needs its own scope', async () => {
  const user = await makeUser(tenant)
  const token = await tenant.managementToken('read:users update:users')
  for (const [method, body] of [
    ['GET', undefined],
    ['POST', { type: 'totp' }],
    ['DELETE', undefined],
  ] as const)
    expect((await tenant.api(method, `${path(user)}/authentication-methods`, body, token)).status).toBe(403)
})
