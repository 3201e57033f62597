import { randomUUID } from 'node:crypto'
import { AuthenticationClient, ManagementClient } from 'auth0-4'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'
import { trustAuthority } from './trust-authority.ts'

const connection = 'Username-Password-Authentication'
const newUser = () => ({ connection, email: `${randomUUID()}@example.com`, password: 'Secret-123' })

let tenant: TestTenant
let forget: () => void
let client: ManagementClient
const credentials = () => ({
  domain: tenant.domain,
  clientId: tenant.m2m.clientId,
  clientSecret: tenant.m2m.clientSecret,
})
beforeAll(async () => {
  tenant = await startTestTenant()
  forget = trustAuthority(tenant.ca)
  client = new ManagementClient(credentials())
})
afterAll(async () => {
  forget()
  await tenant.close()
})

test('auth0 4 gets a token with its client credentials, and is told why it does not', async () => {
  const audience = `https://${tenant.domain}/api/v2/`
  const { data } = await new AuthenticationClient(credentials()).oauth.clientCredentialsGrant({ audience })
  expect(decodeJwt(data.access_token)).toMatchObject({ aud: audience, sub: `${tenant.m2m.clientId}@clients` })
  const wrong = new AuthenticationClient({ ...credentials(), clientSecret: 'wrong' })
  await expect(wrong.oauth.clientCredentialsGrant({ audience })).rejects.toMatchObject({
    name: 'AuthApiError',
    statusCode: 401,
    error: 'access_denied',
    error_description: 'Unauthorized',
  })
})

test('auth0 4 creates, reads, finds, changes and deletes a user', async () => {
  const { data: created, status } = await client.users.create({ ...newUser(), name: 'Ada' })
  expect(status).toBe(201)
  const id = created.user_id
  expect((await client.users.get({ id })).data).toEqual(created)
  expect((await client.usersByEmail.getByEmail({ email: created.email })).data).toEqual([created])
  const { data: updated } = await client.users.update({ id }, { name: 'Ada Lovelace', app_metadata: { plan: 'gold' } })
  expect(updated).toMatchObject({ user_id: id, name: 'Ada Lovelace', app_metadata: { plan: 'gold' } })
  await client.users.delete({ id })
  await expect(client.users.get({ id })).rejects.toMatchObject({
    name: 'ManagementApiError',
    statusCode: 404,
    errorCode: 'inexistent_user',
    error: 'Not Found',
    msg: 'The user does not exist.',
  })
})

test('auth0 4 pages through users, with and without totals', async () => {
  const made = await Promise.all([1, 2, 3].map(() => client.users.create({ ...newUser(), family_name: 'Four' })))
  const search = { q: 'family_name:"Four"', sort: 'created_at:1', per_page: 2 }
  const { data: first } = await client.users.getAll({ ...search, page: 0, include_totals: true })
  expect(first).toMatchObject({ start: 0, limit: 2, length: 2, total: 3 })
  const { data: second } = await client.users.getAll({ ...search, page: 1 })
  const ids = [...first.users, ...second].map(({ user_id: id }) => id)
  expect(ids.sort()).toEqual(made.map(({ data }) => data.user_id).sort())
})

test('auth0 4 gives a user a role with a permission, and takes it away', async () => {
  const { data: role } = await client.roles.create({ name: 'Editor', description: 'Edits' })
  const { data: user } = await client.users.create(newUser())
  const permission = { resource_server_identifier: tenant.audience, permission_name: 'read:users' }
  await client.roles.addPermissions({ id: role.id }, { permissions: [permission] })
  await client.users.assignRoles({ id: user.user_id }, { roles: [role.id] })
  expect((await client.users.getRoles({ id: user.user_id })).data).toMatchObject([{ id: role.id, name: 'Editor' }])
  expect((await client.roles.getUsers({ id: role.id })).data).toMatchObject([{ user_id: user.user_id }])
  expect((await client.users.getPermissions({ id: user.user_id })).data).toMatchObject([permission])
  const { data: all } = await client.roles.getAll({ include_totals: true, name_filter: 'Edit' })
  expect(all).toMatchObject({ total: 1, roles: [{ id: role.id }] })
  await client.users.deleteRoles({ id: user.user_id }, { roles: [role.id] })
  expect((await client.users.getRoles({ id: user.user_id })).data).toEqual([])
  await client.roles.delete({ id: role.id })
  await expect(client.roles.get({ id: role.id })).rejects.toMatchObject({ statusCode: 404 })
})

test('auth0 4 tells a conflict, and a scope that is lacking, by status and code', async () => {
  const user = newUser()
  await client.users.create(user)
  await expect(client.users.create(user)).rejects.toMatchObject({
    name: 'ManagementApiError',
    statusCode: 409,
    errorCode: 'auth0_idp_error',
  })
  const reader = new ManagementClient({ domain: tenant.domain, token: await tenant.managementToken('read:users') })
  await expect(reader.users.delete({ id: 'auth0|0' })).rejects.toMatchObject({
    statusCode: 403,
    errorCode: 'insufficient_scope',
  })
})
