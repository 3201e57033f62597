import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from '../testing/browser.ts'
import { makeClient, makeUser } from '../testing/make.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await startTestTenant()
})
afterAll(() => tenant.close())

const control = async (method: string, path: string, body?: unknown, who = tenant.m2m) => {
  const response = await fetch(`${tenant.http}/control${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${who.clientId}:${who.clientSecret}`).toString('base64')}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) }
}
const total = async () => ((await tenant.api('GET', '/users?include_totals=true&per_page=0')).body as { total: number }).total // prettier-ignore

test('what was kept comes back whole: users and their passwords, applications, settings, and the search over them', async () => {
  const kept = await makeUser(tenant)
  const before = await total()
  expect((await control('POST', '/snapshots/base')).status).toBe(201)

  await tenant.api('DELETE', `/users/${encodeURIComponent(kept.userId)}`)
  const added = await makeUser(tenant)
  await tenant.api('PATCH', '/tenants/settings', { friendly_name: 'Changed' })
  await tenant.api('POST', '/organizations', { name: `org-${randomUUID().slice(0, 8)}` })
  const client = await makeClient(tenant)

  expect((await control('POST', '/snapshots/base/restore')).status).toBe(204)
  expect(await total()).toBe(before)
  expect((await new TestBrowser(tenant.http).signIn(tenant, {}, kept)).get('code')).toBeTruthy()
  expect((await tenant.api('GET', `/users/${encodeURIComponent(added.userId)}`)).status).toBe(404)
  expect((await tenant.api('GET', `/users?q=${encodeURIComponent(`email:*${added.email.slice(4)}`)}`)).body).toEqual([])
  expect((await tenant.api('GET', `/users?q=${encodeURIComponent(`email:*${kept.email.slice(4)}`)}`)).body).toHaveLength(1) // prettier-ignore
  expect((await tenant.api('GET', `/clients/${client.clientId}`)).status).toBe(404)
  expect((await tenant.api('GET', '/organizations')).body).toEqual([])
  expect((await tenant.api('GET', '/tenants/settings')).body).not.toMatchObject({ friendly_name: 'Changed' })
  // It goes on from there.
  await makeUser(tenant)
  expect(await total()).toBe(before + 1)
})

test('a snapshot is replaced by its name, listed, and removed', async () => {
  await control('POST', '/snapshots/twice')
  await makeUser(tenant)
  await control('POST', '/snapshots/twice')
  const { body } = await control('GET', '/snapshots')
  expect(body).toContainEqual({ name: 'twice', users: await total() })
  expect((await control('DELETE', '/snapshots/twice')).status).toBe(204)
  expect((await control('DELETE', '/snapshots/twice')).status).toBe(404)
  expect((await control('POST', '/snapshots/twice/restore')).status).toBe(404)
})

test('a tenant that has not kept its first state says so', async () => {
  expect(await control('POST', '/reset')).toMatchObject({ status: 404, body: { message: expect.stringContaining('was not kept') as unknown } }) // prettier-ignore
})

test('demo users are added up to a number', async () => {
  expect((await control('POST', '/seed', { users: 50 })).body).toEqual({ added: 50 })
  expect((await control('POST', '/seed', { users: 50 })).body).toEqual({ added: 0 })
  expect((await control('POST', '/seed', { users: 0 })).status).toBe(400)
})

test('nobody but the owner’s machine is let near it', async () => {
  const other = await makeClient(tenant, { client_metadata: { rollcall: 'server' } })
  for (const who of [
    other,
    { ...tenant.m2m, clientSecret: 'wrong' },
    { clientId: tenant.spa.clientId, clientSecret: '' },
    { clientId: 'nobody\0', clientSecret: 'x' },
  ])
    // prettier-ignore
    expect((await control('POST', '/reset', undefined, who)).status).toBe(401)
  expect((await fetch(`${tenant.http}/control/reset`, { method: 'POST' })).status).toBe(401)
  const token = await tenant.managementToken()
  const bearer = await fetch(`${tenant.http}/control/snapshots`, { headers: { authorization: `Bearer ${token}` } })
  expect(bearer.status).toBe(401)
  for (const name of ['', 'A', 'a"b', '../x', 'x'.repeat(41), 'a%00'])
    expect([400, 404]).toContain((await control('POST', `/snapshots/${encodeURIComponent(name)}`)).status)
})
