import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mailTo } from '../testing/browser.ts'
import { connectionIdOf, databaseConnection, makeClient, makeUser } from '../testing/make.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

let tenant: TestTenant
let connectionId: string
beforeAll(async () => {
  tenant = await startTestTenant()
  connectionId = await connectionIdOf(tenant, databaseConnection)
})
afterAll(() => tenant.close())

const newName = () => `org-${randomUUID().slice(0, 8)}`
const make = async (body: Record<string, unknown> = {}) => (await tenant.api('POST', '/organizations', { name: newName(), ...body })).body as { id: string; name: string } // prettier-ignore
const missing = { statusCode: 404, error: 'Not Found', message: 'No organization found by that id or name' }

test('an organization is made, found by id and by name, changed, and deleted', async () => {
  const name = newName()
  const made = await tenant.api('POST', '/organizations', { name, display_name: 'Acme', metadata: { tier: 'gold', size: '5' }, branding: { colors: { primary: '#112233' } } }) // prettier-ignore
  expect(made.status).toBe(201)
  const { id } = made.body as { id: string }
  expect(id).toMatch(/^org_\w{16}$/)
  expect((await tenant.api('GET', `/organizations/${id}`)).body).toMatchObject({ id, name, display_name: 'Acme', metadata: { tier: 'gold' } }) // prettier-ignore
  expect((await tenant.api('GET', `/organizations/name/${name}`)).body).toMatchObject({ id })
  const changed = await tenant.api('PATCH', `/organizations/${id}`, { display_name: 'Acme & Co', metadata: { tier: null, seats: '7' } }) // prettier-ignore
  expect(changed.body).toMatchObject({ display_name: 'Acme & Co', name })
  expect((await tenant.api('POST', '/organizations', { name })).status).toBe(409)
  expect((await tenant.api('DELETE', `/organizations/${id}`)).status).toBe(204)
  expect((await tenant.api('DELETE', `/organizations/${id}`)).status).toBe(404)
  expect((await tenant.api('GET', `/organizations/${id}`)).body).toEqual(missing)
})

test('two changes at once of different members both stand', async () => {
  const { id } = await make()
  await Promise.all([
    tenant.api('PATCH', `/organizations/${id}`, { display_name: 'New' }),
    tenant.api('PATCH', `/organizations/${id}`, { branding: { logo_url: 'https://example.com/logo.png' } }),
  ])
  expect((await tenant.api('GET', `/organizations/${id}`)).body).toMatchObject({ display_name: 'New', branding: { logo_url: 'https://example.com/logo.png' } }) // prettier-ignore
})

test('members are added, listed by page and by checkpoint, and taken out; their roles count per organization', async () => {
  const { id } = await make()
  const users = await Promise.all([1, 2, 3].map(() => makeUser(tenant)))
  const ids = users.map(({ userId }) => userId)
  expect((await tenant.api('POST', `/organizations/${id}/members`, { members: ids })).status).toBe(204)
  const page = await tenant.api('GET', `/organizations/${id}/members?include_totals=true&per_page=2`)
  expect(page.body).toMatchObject({ start: 0, limit: 2, total: 3 })
  const first = (await tenant.api('GET', `/organizations/${id}/members?take=2`)).body as { members: { user_id: string }[]; next?: string } // prettier-ignore
  const second = (await tenant.api('GET', `/organizations/${id}/members?take=2&from=${first.next ?? ''}`)).body as typeof first // prettier-ignore
  expect([...first.members, ...second.members].map((member) => member.user_id).sort()).toEqual([...ids].sort())
  // Auth0 may name a next page that turns out to be empty.
  expect((await tenant.api('GET', `/organizations/${id}/members?take=2&from=${second.next ?? ''}`)).body).toEqual({ members: [] }) // prettier-ignore

  const [one = ''] = ids
  const role = (await tenant.api('POST', '/roles', { name: `role-${randomUUID()}` })).body as { id: string }
  const roles = `/organizations/${id}/members/${encodeURIComponent(one)}/roles`
  expect((await tenant.api('POST', roles, { roles: [role.id] })).status).toBe(204)
  expect((await tenant.api('GET', roles)).body).toMatchObject([{ id: role.id }])
  expect((await tenant.api('GET', `/users/${encodeURIComponent(one)}/roles`)).body).toEqual([])
  expect((await tenant.api('GET', `/users/${encodeURIComponent(one)}/organizations`)).body).toMatchObject([{ id }])
  expect((await tenant.api('DELETE', roles, { roles: [role.id] })).status).toBe(204)
  expect((await tenant.api('DELETE', `/organizations/${id}/members`, { members: [one] })).status).toBe(204)
  expect((await tenant.api('GET', `/organizations/${id}/members`)).body).toHaveLength(2)
})

test('a connection is enabled for an organization once, changed, and disabled', async () => {
  const { id } = await make()
  const path = `/organizations/${id}/enabled_connections`
  const body = { connection_id: connectionId, assign_membership_on_login: true }
  expect(await tenant.api('POST', path, body)).toMatchObject({
    status: 201,
    body: { connection_id: connectionId, assign_membership_on_login: true, connection: { name: databaseConnection, strategy: 'auth0' } }, // prettier-ignore
  })
  expect((await tenant.api('POST', path, body)).status).toBe(409)
  expect((await tenant.api('PATCH', `${path}/${connectionId}`, { assign_membership_on_login: false })).body).toMatchObject({ assign_membership_on_login: false }) // prettier-ignore
  expect((await tenant.api('DELETE', `${path}/${connectionId}`)).status).toBe(204)
  expect((await tenant.api('GET', path)).body).toEqual([])
})

test('an invitation goes by mail, and its link is shown to those who may read invitations', async () => {
  const { id } = await make({ display_name: 'Acme' })
  const client = await makeClient(tenant, { organization_usage: 'allow', initiate_login_uri: 'https://app.example/login' }) // prettier-ignore
  const email = `${randomUUID()}@example.com`
  const invite = (more: Record<string, unknown> = {}) => tenant.api('POST', `/organizations/${id}/invitations`, { inviter: { name: 'Grace' }, invitee: { email }, client_id: client.clientId, ...more }) // prettier-ignore
  const made = await invite()
  expect(made).toMatchObject({
    status: 201,
    body: { id: expect.stringMatching(/^uinv_/) as unknown, organization_id: id },
  })
  const { invitation_url: url, id: invitation } = made.body as { invitation_url: string; id: string }
  expect(new URL(url).searchParams.get('organization')).toBe(id)
  const [mail] = await mailTo(tenant, email)
  expect(mail).toMatchObject({ kind: 'user_invitation', subject: 'You are invited to Acme', links: [url] })
  await invite({ send_invitation_email: false })
  expect(await mailTo(tenant, email)).toHaveLength(1)

  const stranger = await tenant.managementToken('read:organizations')
  expect((await tenant.api('GET', `/organizations/${id}/invitations`, undefined, stranger)).status).toBe(403)
  expect((await tenant.api('GET', `/organizations/${id}/invitations/${invitation}`)).body).toMatchObject({ invitation_url: url }) // prettier-ignore
  expect((await tenant.api('DELETE', `/organizations/${id}/invitations/${invitation}`)).status).toBe(204)
  expect((await invite({ client_id: 'nobody' })).status).toBe(400)
  const kept = await tenant.tenant.context.db.selectFrom('organization_invitations').selectAll().execute()
  expect(JSON.stringify(kept)).not.toContain(new URL(url).searchParams.get('invitation'))
})

test.each([
  ['POST', '/organizations', { name: 'x' }, 'create:organizations'],
  ['GET', '/organizations', undefined, 'read:organizations'],
  ['PATCH', '/organizations/org_0000000000000000', { display_name: 'x' }, 'update:organizations'],
  ['DELETE', '/organizations/org_0000000000000000', undefined, 'delete:organizations'],
  ['GET', '/organizations/org_0000000000000000/members', undefined, 'read:organization_members'],
  ['POST', '/organizations/org_0000000000000000/members', { members: ['auth0|x'] }, 'create:organization_members'],
  ['GET', '/organizations/org_0000000000000000/invitations', undefined, 'read:organization_invitations'],
])('%s %s needs a scope of its own', async (method, path, body, scope) => {
  const token = await tenant.managementToken('read:users')
  const answer = await tenant.api(method, path, body, token)
  expect(answer.status).toBe(403)
  expect((answer.body as { message: string }).message).toContain(scope)
})

test.each([
  ['no name', {}, "Payload validation error: 'Missing required property: name'"],
  ['a name with capitals', { name: 'Acme' }, 'Payload validation error'],
  ['a name like an id', { name: 'org_0000000000000000' }, 'Payload validation error'],
  ['an unknown member', { name: 'acme', nonsense: 1 }, 'Additional properties not allowed: nonsense'],
])('an organization with %s is refused', async (_name, body, message) => {
  const answer = await tenant.api('POST', '/organizations', body)
  expect(answer.status).toBe(400)
  expect((answer.body as { message: string }).message).toContain(message)
})
