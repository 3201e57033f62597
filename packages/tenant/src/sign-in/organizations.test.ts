import { randomUUID } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser, authorizeUrl, eventsOf, exchangeCode, refresh } from '../testing/browser.ts'
import type { Step } from '../testing/browser.ts'
import { connectionIdOf, databaseConnection, makeClient, makeUser, post } from '../testing/make.ts'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'

let tenant: TestTenant
let twin: TestTenant
let connectionId: string
beforeAll(async () => {
  tenant = await startTestTenant()
  twin = await startTestTenant(tenant)
  connectionId = await connectionIdOf(tenant, databaseConnection)
  await use({ organization_usage: 'allow' })
})
afterAll(async () => {
  await twin.close()
  await tenant.close()
})

const browser = () => new TestBrowser(tenant.http)
const use = (settings: Record<string, unknown>) => tenant.api('PATCH', `/clients/${tenant.spa.clientId}`, settings)

async function makeOrganization(connection: Record<string, unknown> = {}) {
  const name = `org-${randomUUID().slice(0, 8)}`
  const { body } = await tenant.api('POST', '/organizations', { name, display_name: name.toUpperCase(), enabled_connections: [{ connection_id: connectionId, ...connection }] }) // prettier-ignore
  return { id: (body as { id: string }).id, name }
}
const join = (organization: string, userId: string) => tenant.api('POST', `/organizations/${organization}/members`, { members: [userId] }) // prettier-ignore
const tokensOf = async ({ result }: Step) => (await exchangeCode(tenant, result.get('code') ?? '')).body
const refusalOf = ({ result }: Step) => [result.get('error'), result.get('error_description')]

test('a member signs in to an organization, and its tokens say so, also when they are renewed', async () => {
  const [user, organization] = [await makeUser(tenant), await makeOrganization()]
  await join(organization.id, user.userId)
  const tokens = await tokensOf(await browser().logIn(tenant, { organization: organization.id }, user))
  expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({ org_id: organization.id })
  expect(decodeJwt(tokens.access_token ?? '')).toMatchObject({ org_id: organization.id })
  expect(decodeJwt(tokens.access_token ?? '').org_name).toBeUndefined()
  const renewed = await refresh(tenant, tokens.refresh_token ?? '')
  expect(decodeJwt(renewed.body.access_token ?? '')).toMatchObject({ org_id: organization.id })

  await tenant.api('DELETE', `/organizations/${organization.id}/members`, { members: [user.userId] })
  expect(await refresh(tenant, renewed.body.refresh_token ?? '')).toMatchObject({ status: 403, body: { error: 'access_denied' } }) // prettier-ignore
})

test('who is no member is not let in, by a session neither', async () => {
  const [user, organization] = [await makeUser(tenant), await makeOrganization()]
  const visitor = browser()
  const refused = ['access_denied', `user ${user.userId} is not part of the ${organization.id} organization`]
  expect(refusalOf(await visitor.logIn(tenant, { organization: organization.id }, user))).toEqual(refused)
  expect((await visitor.logIn(tenant, {}, user)).result.get('code')).toBeTruthy()
  const again = await visitor.follow(await visitor.open(authorizeUrl(tenant, { organization: organization.id, prompt: 'none' }))) // prettier-ignore
  expect(refusalOf(again)).toEqual(refused)
})

test('a connection that assigns membership makes a member of whoever signs in by it', async () => {
  const [user, organization] = [await makeUser(tenant), await makeOrganization({ assign_membership_on_login: true })]
  const tokens = await tokensOf(await browser().logIn(tenant, { organization: organization.id }, user))
  expect(decodeJwt(tokens.id_token ?? '').org_id).toBe(organization.id)
  const { body } = await tenant.api('GET', `/users/${encodeURIComponent(user.userId)}/organizations`)
  expect(body).toMatchObject([{ id: organization.id }])
  expect(await eventsOf(tenant, user.userId)).toContain('organization_member_added')
})

test('an organization that has not enabled the connection offers no way in by it', async () => {
  const user = await makeUser(tenant)
  const { body } = await tenant.api('POST', '/organizations', { name: `org-${randomUUID().slice(0, 8)}` })
  const { id } = body as { id: string }
  await join(id, user.userId)
  const page = await browser().logIn(tenant, { organization: id }, user)
  expect(page.html).toContain('Wrong e-mail address, username or password.')
})

test('a role held in an organization counts there and nowhere else', async () => {
  const [user, organization] = [await makeUser(tenant), await makeOrganization()]
  await join(organization.id, user.userId)
  const role = (await tenant.api('POST', '/roles', { name: `role-${randomUUID()}` })).body as { id: string }
  await tenant.api('POST', `/roles/${role.id}/permissions`, { permissions: [{ resource_server_identifier: tenant.audience, permission_name: 'read:users' }] }) // prettier-ignore
  await tenant.api('POST', `/organizations/${organization.id}/members/${encodeURIComponent(user.userId)}/roles`, { roles: [role.id] }) // prettier-ignore
  const scope = 'openid read:users'
  const inside = await tokensOf(await browser().logIn(tenant, { organization: organization.id, scope }, user))
  expect(decodeJwt(inside.access_token ?? '')).toMatchObject({ permissions: ['read:users'], scope })
  const outside = await tokensOf(await browser().logIn(tenant, { scope }, user))
  expect(decodeJwt(outside.access_token ?? '')).toMatchObject({ permissions: [], scope: 'openid' })
})

test('an application says whether organizations are allowed, and is told when a request does not fit', async () => {
  const organization = await makeOrganization()
  const ask = async (params: Record<string, string>) => refusalOf(await browser().begin(tenant, params))
  expect(await ask({ organization: 'org_0000000000000000' })).toEqual(['invalid_request', 'parameter organization is invalid']) // prettier-ignore
  // By name only where the tenant allows it; then tokens carry it.
  expect(await ask({ organization: organization.name })).toEqual(['invalid_request', 'parameter organization is invalid']) // prettier-ignore
  await tenant.api('PATCH', '/tenants/settings', { allow_organization_name_in_authentication_api: true })
  const user = await makeUser(tenant)
  await join(organization.id, user.userId)
  const tokens = await tokensOf(await browser().logIn(tenant, { organization: organization.name }, user))
  expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({ org_id: organization.id, org_name: organization.name })
  await tenant.api('PATCH', '/tenants/settings', { allow_organization_name_in_authentication_api: false })
  try {
    await use({ organization_usage: 'deny' })
    expect(await ask({ organization: organization.id })).toEqual(['invalid_request', 'parameter organization is not allowed for this client']) // prettier-ignore
    await use({ organization_usage: 'require' })
    expect(await ask({})).toEqual(['invalid_request', 'parameter organization is required for this client'])
  } finally {
    await use({ organization_usage: 'allow' })
  }
})

test('where organizations are required, people choose: by name before they sign in, or from their own after', async () => {
  const [user, first, second] = [await makeUser(tenant), await makeOrganization(), await makeOrganization()]
  try {
    await use({ organization_usage: 'require', organization_require_behavior: 'pre_login_prompt' })
    const visitor = browser()
    const prompt = await visitor.begin(tenant)
    expect(prompt.page).toBe('/u/organization')
    expect((await visitor.submit('/u/organization', { state: prompt.state, organization: 'nothing' })).status).toBe(400)
    const login = await visitor.follow(await visitor.submit('/u/organization', { state: prompt.state, organization: first.name.toUpperCase() })) // prettier-ignore
    expect(login.page).toBe('/u/login')

    await use({ organization_usage: 'require', organization_require_behavior: 'post_login_prompt' })
    expect(refusalOf(await browser().logIn(tenant, {}, user))).toEqual(['access_denied', 'client requires organization membership, but user does not belong to any organization']) // prettier-ignore
    await join(first.id, user.userId)
    await join(second.id, user.userId)
    const chooser = browser()
    const picker = await chooser.logIn(tenant, {}, user)
    expect(picker.page).toBe('/u/organization/picker')
    expect(picker.html).toContain(second.name.toUpperCase())
    const foreign = await makeOrganization()
    const nowhere = await chooser.follow(await chooser.submit('/u/organization/picker', { state: picker.state, organization: foreign.id })) // prettier-ignore
    expect(nowhere.page).toBe('/u/organization/picker')
    const end = await chooser.follow(await chooser.submit('/u/organization/picker', { state: picker.state, organization: second.id })) // prettier-ignore
    expect(decodeJwt((await tokensOf(end)).id_token ?? '').org_id).toBe(second.id)
  } finally {
    await use({ organization_usage: 'allow', organization_require_behavior: 'no_prompt' })
  }
})

async function invite(organization: { id: string }, email: string, roles: string[] = []) {
  const { body } = await tenant.api('POST', `/organizations/${organization.id}/invitations`, {
    inviter: { name: 'Grace' },
    invitee: { email },
    client_id: tenant.spa.clientId,
    ...(roles.length > 0 && { roles }),
  })
  const url = new URL((body as { invitation_url: string }).invitation_url)
  return { invitation: url.searchParams.get('invitation') ?? '', organization: organization.id }
}

test('who is invited without an account opens one and is a member with the roles of the invitation', async () => {
  const organization = await makeOrganization()
  const email = `${randomUUID()}@example.com`
  const role = (await tenant.api('POST', '/roles', { name: `role-${randomUUID()}` })).body as { id: string }
  const params = await invite(organization, email, [role.id])
  const visitor = browser()
  const page = await visitor.begin(tenant, params)
  expect(page.page).toBe('/u/signup')
  expect(page.html).toContain(`You were invited as ${email}`)
  const fields = { state: page.state, password: 'correct horse battery', email: 'somebody-else@example.com' }
  const end = await visitor.follow(await visitor.submit('/u/signup', fields))
  const tokens = await tokensOf(end)
  expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({ email, email_verified: true, org_id: organization.id })
  const userId = decodeJwt(tokens.id_token ?? '').sub ?? ''
  const { body } = await tenant.api('GET', `/organizations/${organization.id}/members/${encodeURIComponent(userId)}/roles`) // prettier-ignore
  expect(body).toMatchObject([{ id: role.id }])
  expect((await tenant.api('GET', `/organizations/${organization.id}/invitations`)).body).toEqual([])
  expect(refusalOf(await browser().begin(tenant, params))).toEqual(['invalid_request', 'invitation not found or already used']) // prettier-ignore
})

test('an invitation is for the address it names, and good once however many try', async () => {
  const [invited, other, organization] = [await makeUser(tenant), await makeUser(tenant), await makeOrganization()]
  const params = await invite(organization, invited.email)
  expect(refusalOf(await browser().logIn(tenant, params, other))[1]).toBe('the specified account is not allowed to accept the current invitation') // prettier-ignore
  const visits = await Promise.all(
    Array.from({ length: 6 }, async (_unused, index) => {
      const visitor = new TestBrowser(index % 2 === 0 ? tenant.http : twin.http)
      return { visitor, page: await visitor.begin(tenant, params) }
    }),
  )
  expect(visits.map(({ page }) => page.page)).toEqual(visits.map(() => '/u/login'))
  await Promise.all(visits.map(({ visitor, page }) => visitor.submit('/u/login', { state: page.state, username: invited.email, password: invited.password }))) // prettier-ignore
  await twin.tenant.context.logs.flush() // it may be the other who tells of it
  const accepted = (await eventsOf(tenant, invited.userId)).filter((type) => type === 'si')
  expect(accepted).toHaveLength(1)
})

test('a machine acts for an organization as far as its grant allows', async () => {
  const client = await makeClient(tenant, { app_type: 'non_interactive', grant_types: ['client_credentials'] })
  const [organization, foreign] = [await makeOrganization(), await makeOrganization()]
  const made = await tenant.api('POST', '/client-grants', { client_id: client.clientId, audience: tenant.audience, scope: ['read:users'], organization_usage: 'allow' }) // prettier-ignore
  const { id: grantId } = made.body as { id: string }
  await tenant.api('POST', `/organizations/${organization.id}/client-grants`, { grant_id: grantId })
  const fields = { grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.clientSecret, audience: tenant.audience } // prettier-ignore
  const inside = await post(tenant, '/oauth/token', { ...fields, organization: organization.id })
  expect(decodeJwt(inside.body.access_token ?? '')).toMatchObject({ org_id: organization.id })
  expect(await post(tenant, '/oauth/token', { ...fields, organization: foreign.id })).toMatchObject({ status: 403, body: { error: 'access_denied' } }) // prettier-ignore
  expect(decodeJwt((await post(tenant, '/oauth/token', fields)).body.access_token ?? '').org_id).toBeUndefined()
})

test('nobody becomes a member by the password alone where a second factor is asked for', async () => {
  await tenant.api('PUT', '/guardian/factors/otp', { enabled: true })
  await tenant.api('PUT', '/guardian/policies', ['all-applications'])
  try {
    const [user, organization] = [await makeUser(tenant), await makeOrganization({ assign_membership_on_login: true })]
    const page = await browser().logIn(tenant, { organization: organization.id }, user)
    expect(page.page).toBe('/u/mfa-otp-enrollment')
    expect((await tenant.api('GET', `/organizations/${organization.id}/members`)).body).toEqual([])
  } finally {
    await tenant.api('PUT', '/guardian/policies', [])
  }
})
