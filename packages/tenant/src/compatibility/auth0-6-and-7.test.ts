import { randomUUID } from 'node:crypto'
import * as seven from 'auth0'
import * as six from 'auth0-6'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'
import { trustAuthority } from './trust-authority.ts'

const connection = 'Username-Password-Authentication'
const newUser = () => ({ connection, email: `${randomUUID()}@example.com`, password: 'Secret-123' })

let tenant: TestTenant
let forget: () => void
beforeAll(async () => {
  tenant = await startTestTenant()
  forget = trustAuthority(tenant.ca)
})
afterAll(async () => {
  forget()
  await tenant.close()
})
const credentials = () => ({
  domain: tenant.domain,
  clientId: tenant.m2m.clientId,
  clientSecret: tenant.m2m.clientSecret,
})

test('auth0 6 gets a token with its client credentials, and is told why it does not', async () => {
  const audience = `https://${tenant.domain}/api/v2/`
  const { data } = await new six.AuthenticationClient(credentials()).oauth.clientCredentialsGrant({ audience })
  expect(decodeJwt(data.access_token)).toMatchObject({ aud: audience, sub: `${tenant.m2m.clientId}@clients` })
  const wrong = new six.AuthenticationClient({ ...credentials(), clientSecret: 'wrong' })
  await expect(wrong.oauth.clientCredentialsGrant({ audience })).rejects.toMatchObject({
    statusCode: 401,
    error: 'access_denied',
  })
})

describe.each([
  ['auth0 6', six.ManagementClient, six.Management],
  ['auth0 7', seven.ManagementClient, seven.Management],
] as const)('%s', (name, ManagementClient, errors) => {
  const management = () => new ManagementClient({ ...credentials(), maxRetries: 0 }) as seven.ManagementClient

  test('creates, reads, finds, changes and deletes a user', async () => {
    const client = management()
    const created = await client.users.create({ ...newUser(), name: 'Ada' })
    const id = created.user_id ?? ''
    expect(id).toMatch(/^auth0\|[0-9a-f]{24}$/)
    expect(await client.users.get(id)).toEqual(created)
    expect(await client.users.listUsersByEmail({ email: created.email ?? '' })).toEqual([created])
    const updated = await client.users.update(id, { name: 'Ada Lovelace', app_metadata: { plan: 'gold' } })
    expect(updated).toMatchObject({ user_id: id, name: 'Ada Lovelace', app_metadata: { plan: 'gold' } })
    expect(await client.users.delete(id)).toBeUndefined()
    await expect(client.users.get(id)).rejects.toBeInstanceOf(errors.NotFoundError)
  })

  test('pages through users by hand and by iteration, each user once', async () => {
    const client = management()
    const made = await Promise.all([1, 2, 3, 4, 5].map(() => client.users.create({ ...newUser(), family_name: name })))
    // A new object each time: the SDK counts the pages in the one it is given.
    const search = () => ({ q: `family_name:"${name}"`, sort: 'created_at:1', per_page: 2 })
    const expected = made.map(({ user_id: id }) => id).sort()

    let page = await client.users.list(search())
    expect(page.response).toMatchObject({ start: 0, limit: 2, length: 2, total: 5 })
    const byHand = [...page.data]
    while (page.hasNextPage()) {
      page = await page.getNextPage()
      byHand.push(...page.data)
    }
    expect(byHand.map(({ user_id: id }) => id).sort()).toEqual(expected)

    const iterated: (string | undefined)[] = []
    for await (const user of await client.users.list(search())) iterated.push(user.user_id)
    expect(iterated.sort()).toEqual(expected)
  })

  test('gives a user a role with a permission, and takes it away', async () => {
    const client = management()
    const role = await client.roles.create({ name: `Editor of ${name}`, description: 'Edits' })
    const roleId = role.id ?? ''
    const id = (await client.users.create(newUser())).user_id ?? ''
    const permission = { resource_server_identifier: tenant.audience, permission_name: 'read:users' }
    await client.roles.permissions.add(roleId, { permissions: [permission] })
    await client.users.roles.assign(id, { roles: [roleId] })
    expect((await client.users.roles.list(id)).data).toMatchObject([{ id: roleId, name: role.name }])
    expect((await client.users.permissions.list(id)).data).toMatchObject([permission])
    const members: (string | undefined)[] = []
    for await (const user of await client.roles.users.list(roleId)) members.push(user.user_id)
    expect(members).toEqual([id])
    await client.users.roles.delete(id, { roles: [roleId] })
    expect((await client.users.roles.list(id)).data).toEqual([])
    await client.roles.delete(roleId)
    await expect(client.roles.get(roleId)).rejects.toBeInstanceOf(errors.NotFoundError)
  })

  test('throws the error of its own class for each refusal', async () => {
    const client = management()
    const user = newUser()
    await client.users.create(user)
    const conflict = await client.users.create(user).catch((error: unknown) => error)
    expect(conflict).toBeInstanceOf(errors.ConflictError)
    expect(conflict).toMatchObject({
      statusCode: 409,
      body: { errorCode: 'auth0_idp_error', message: 'The user already exists.' },
    })
    await expect(client.users.get('auth0|0')).rejects.toMatchObject({
      statusCode: 404,
      body: { errorCode: 'inexistent_user' },
    })
    await expect(client.users.create({ connection, email: 'nobody' })).rejects.toBeInstanceOf(errors.BadRequestError)
    const token = await tenant.managementToken('read:users')
    const reader = new ManagementClient({ domain: tenant.domain, token })
    const forbidden = await reader.users.delete('auth0|0').catch((error: unknown) => error)
    expect(forbidden).toBeInstanceOf(errors.ForbiddenError)
    expect(forbidden).toMatchObject({ statusCode: 403, body: { errorCode: 'insufficient_scope' } })
    const stranger = new ManagementClient({ domain: tenant.domain, token: 'nonsense' })
    await expect(stranger.users.get('auth0|0')).rejects.toBeInstanceOf(errors.UnauthorizedError)
  })
})
