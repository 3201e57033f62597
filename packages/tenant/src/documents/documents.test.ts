import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await startTestTenant()
})
afterAll(() => tenant.close())

test.each([
  ['/rules', { name: 'a rule', script: 'function () {}', enabled: true }, { enabled: false }],
  ['/log-streams', { name: 'a stream', type: 'http', sink: { httpEndpoint: 'https://example.com', httpContentType: 'application/json', httpContentFormat: 'JSONLINES', httpAuthorization: 'x' } }, { name: 'another' }],
  ['/forms', { name: 'a form' }, { name: 'another' }],
  ['/flows', { name: 'a flow' }, { name: 'another' }],
  ['/hooks', { name: 'a-hook', script: 'module.exports = () => {}', triggerId: 'pre-user-registration' }, { enabled: true }],
])('what is kept at %s is made, read, changed and removed', async (path, body, change) => {
  const made = await tenant.api('POST', path, body)
  expect([200, 201]).toContain(made.status)
  const { id } = made.body as { id: string }
  expect((await tenant.api('GET', `${path}/${id}`)).body).toMatchObject({ id, name: body.name })
  expect((await tenant.api('PATCH', `${path}/${id}`, change)).body).toMatchObject(change)
  expect((await tenant.api('DELETE', `${path}/${id}`)).status).toBe(204)
  expect((await tenant.api('GET', `${path}/${id}`)).status).toBe(404)
}) // prettier-ignore

test('two changes of one setting at once both stand', async () => {
  await Promise.all([
    tenant.api('PATCH', '/branding', { logo_url: 'https://example.com/logo.png' }),
    tenant.api('PATCH', '/branding', { favicon_url: 'https://example.com/icon.png' }),
    tenant.api('PATCH', '/tenants/settings', { friendly_name: 'Acme' }),
    tenant.api('PATCH', '/tenants/settings', { support_email: 'help@example.com' }),
  ])
  expect((await tenant.api('GET', '/branding')).body).toMatchObject({ logo_url: 'https://example.com/logo.png', favicon_url: 'https://example.com/icon.png' }) // prettier-ignore
  expect((await tenant.api('GET', '/tenants/settings')).body).toMatchObject({ friendly_name: 'Acme', support_email: 'help@example.com' }) // prettier-ignore
})

test('what lets somebody into a provider is kept sealed, and is not shown', async () => {
  const secret = `secret-${randomUUID()}`
  expect((await tenant.api('POST', '/emails/provider', { name: 'smtp', enabled: true, default_from_address: 'a@example.com', credentials: { smtp_host: 'h.example', smtp_port: 25, smtp_user: 'u', smtp_pass: secret } })).status).toBe(201) // prettier-ignore
  expect(JSON.stringify((await tenant.api('GET', '/emails/provider')).body)).not.toContain(secret)
  await tenant.api('PUT', '/guardian/factors/sms/providers/twilio', { from: '+15550001', auth_token: secret, sid: 'x' })
  const { body } = await tenant.api('PUT', '/rules-configs/KEY', { value: secret }) // prettier-ignore
  expect(body).toMatchObject({ key: 'KEY' })
  expect(JSON.stringify((await tenant.api('GET', '/rules-configs')).body)).not.toContain(secret)
  const kept = await tenant.tenant.context.db.selectFrom('documents').select('body').execute()
  expect(JSON.stringify(kept)).not.toContain(secret)
})
