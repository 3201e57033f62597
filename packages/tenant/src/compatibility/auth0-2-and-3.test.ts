import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'
import { trustAuthority } from './trust-authority.ts'

type Fields = Record<string, unknown>

/** What of auth0 2 and 3 is used here; they came without types. */
interface Auth0Package {
  AuthenticationClient: new (options: Fields) => {
    clientCredentialsGrant(data: Fields): Promise<{ access_token: string; token_type: string; expires_in: number }>
  }
  ManagementClient: new (options: Fields) => OldManagementClient
}

interface OldManagementClient {
  getUsers(params?: Fields): Promise<unknown>
  getUser(params: Fields): Promise<Fields>
  getUsersByEmail(email: string): Promise<Fields[]>
  createUser(data: Fields): Promise<Fields>
  updateUser(params: Fields, data: Fields): Promise<Fields>
  updateAppMetadata(params: Fields, data: Fields): Promise<Fields>
  deleteUser(params: Fields): Promise<unknown>
  createRole(data: Fields): Promise<Fields>
  getRoles(params?: Fields): Promise<unknown>
  deleteRole(params: Fields): Promise<unknown>
  assignRolestoUser(params: Fields, data: Fields): Promise<unknown>
  removeRolesFromUser(params: Fields, data: Fields): Promise<unknown>
  getUserRoles(params: Fields): Promise<Fields[]>
  getUsersInRole(params: Fields): Promise<Fields[]>
  addPermissionsInRole(params: Fields, data: Fields): Promise<unknown>
  getUserPermissions(params: Fields): Promise<Fields[]>
  getAccessToken(): Promise<string>
}

const require = createRequire(import.meta.url)
const connection = 'Username-Password-Authentication'

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

describe.each([
  ['auth0 2', 'auth0-2'],
  ['auth0 3', 'auth0-3'],
])('%s', (_name, alias) => {
  const { AuthenticationClient, ManagementClient } = require(alias) as Auth0Package
  const credentials = () => ({
    domain: tenant.domain,
    clientId: tenant.m2m.clientId,
    clientSecret: tenant.m2m.clientSecret,
  })
  const management = (options: Fields = {}) => new ManagementClient({ ...credentials(), ...options })
  const email = () => `${randomUUID()}@example.com`
  const newUser = () => ({ connection, email: email(), password: 'Secret-123' })

  test('gets a token with its client credentials, and is told why it does not', async () => {
    const audience = `https://${tenant.domain}/api/v2/`
    const answer = await new AuthenticationClient(credentials()).clientCredentialsGrant({ audience })
    expect(answer).toMatchObject({ token_type: 'Bearer', expires_in: 86_400 })
    expect(decodeJwt(answer.access_token)).toMatchObject({
      iss: `https://${tenant.domain}/`,
      aud: audience,
      sub: `${tenant.m2m.clientId}@clients`,
    })
    const wrong = new AuthenticationClient({ ...credentials(), clientSecret: 'wrong' })
    await expect(wrong.clientCredentialsGrant({ audience })).rejects.toMatchObject({ statusCode: 401 })
  })

  test('creates, reads, finds, changes and deletes a user', async () => {
    const client = management()
    const created = await client.createUser({ ...newUser(), name: 'Ada', user_metadata: { colour: 'red' } })
    expect(created).toMatchObject({ user_id: expect.stringMatching(/^auth0\|/), name: 'Ada', email_verified: false })
    const id = String(created.user_id)
    expect(await client.getUser({ id })).toEqual(created)
    expect(await client.getUsersByEmail(String(created.email))).toEqual([created])

    const updated = await client.updateUser({ id }, { name: 'Ada Lovelace', user_metadata: { size: 'L' } })
    expect(updated).toMatchObject({ name: 'Ada Lovelace', user_metadata: { colour: 'red', size: 'L' } })
    expect(await client.updateAppMetadata({ id }, { plan: 'gold' })).toMatchObject({ app_metadata: { plan: 'gold' } })

    await client.deleteUser({ id })
    await expect(client.getUser({ id })).rejects.toMatchObject({ statusCode: 404 })
  })

  test('pages through users, with and without totals', async () => {
    const client = management()
    const made = await Promise.all([1, 2, 3].map(() => client.createUser({ ...newUser(), family_name: alias })))
    const search = { q: `family_name:"${alias}"`, search_engine: 'v3', sort: 'created_at:1', per_page: 2 }
    const first = (await client.getUsers({ ...search, page: 0, include_totals: true })) as { users: Fields[] }
    expect(first).toMatchObject({ start: 0, limit: 2, length: 2, total: 3 })
    const second = (await client.getUsers({ ...search, page: 1 })) as Fields[]
    expect(second).toHaveLength(1)
    const ids = [...first.users, ...second].map(({ user_id: id }) => id)
    expect(ids.sort()).toEqual(made.map(({ user_id: id }) => id).sort())
  })

  test('gives a user a role with a permission, and takes it away', async () => {
    const client = management()
    const role = await client.createRole({ name: `Editor of ${alias}`, description: 'Edits' })
    const id = String((await client.createUser(newUser())).user_id)
    await client.addPermissionsInRole(
      { id: role.id },
      { permissions: [{ resource_server_identifier: tenant.audience, permission_name: 'read:users' }] },
    )
    await client.assignRolestoUser({ id }, { roles: [role.id] })
    expect(await client.getUserRoles({ id })).toMatchObject([{ id: role.id, name: role.name }])
    expect(await client.getUsersInRole({ id: role.id })).toMatchObject([{ user_id: id }])
    expect(await client.getUserPermissions({ id })).toMatchObject([{ permission_name: 'read:users' }])
    const all = (await client.getRoles({ page: 0, per_page: 50, include_totals: true })) as { roles: Fields[] }
    expect(all.roles.map(({ name }) => name)).toContain(role.name)

    await client.removeRolesFromUser({ id }, { roles: [role.id] })
    expect(await client.getUserRoles({ id })).toEqual([])
    await client.deleteRole({ id: role.id })
    expect(JSON.stringify(await client.getRoles())).not.toContain(String(role.id))
  })

  test('throws its own error with Auth0’s status and words', async () => {
    const client = management()
    const user = newUser()
    await client.createUser(user)
    await expect(client.createUser(user)).rejects.toMatchObject({
      statusCode: 409,
      name: 'Conflict',
      message: 'The user already exists.',
    })
    await expect(client.getUser({ id: 'auth0|0' })).rejects.toMatchObject({
      statusCode: 404,
      name: 'Not Found',
      message: 'The user does not exist.',
    })
    await expect(client.createUser({ connection })).rejects.toMatchObject({ statusCode: 400, name: 'Bad Request' })
    const reader = management({ scope: 'read:users' })
    await expect(reader.deleteUser({ id: 'auth0|0' })).rejects.toMatchObject({
      statusCode: 403,
      name: 'Forbidden',
      message: 'Insufficient scope, expected any of: delete:users',
    })
    const stranger = management({ clientId: undefined, clientSecret: undefined, token: 'nonsense' })
    await expect(stranger.getUsers()).rejects.toMatchObject({ statusCode: 401, message: 'Invalid token' })
  })

  test('keeps its token for many calls', async () => {
    const client = management()
    const before = tenant.requests.get('POST /oauth/token') ?? 0
    await Promise.all([client.getUsers(), client.getRoles(), client.getAccessToken()])
    await client.getUsers()
    expect((tenant.requests.get('POST /oauth/token') ?? 0) - before).toBe(1)
  })
})
