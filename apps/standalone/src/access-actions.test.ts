import { afterAll, beforeAll, expect, test } from 'vitest'
import { pathOf, startStaffed, type Staffed } from './testing/start-staffed.ts'

/** What staff do to what somebody may do, where they belong, and by which accounts they sign in, through every floor. */
let all: Staffed
const api = 'https://invoices.example'
let reader: string
let acme: string
let initech: string
beforeAll(async () => {
  all = await startStaffed()
  const scopes = ['read', 'write', 'void'].map((verb) => ({ value: `${verb}:invoices`, description: verb }))
  await all.manage('POST', '/resource-servers', { identifier: api, name: 'Invoices', scopes })
  const make = async (path: string, body: object) => ((await all.manage('POST', path, body)).body as { id: string }).id
  reader = await make('/roles', { name: 'Reader' })
  acme = await make('/organizations', { name: 'acme' })
  initech = await make('/organizations', { name: 'initech' })
  await all.manage('POST', `/roles/${reader}/permissions`, { permissions: [{ resource_server_identifier: api, permission_name: 'read:invoices' }] }) // prettier-ignore
})
afterAll(() => all.close())

const directOf = async (userId: string) => {
  const { body } = await all.manage('GET', `${pathOf(userId)}/permissions`)
  const held = body as { permission_name: string; sources: { source_type: string }[] }[]
  return held.filter(({ sources }) => sources.some(({ source_type: type }) => type === 'DIRECT')).map((one) => one.permission_name) // prettier-ignore
}
const one = (permission: string) => ({ api, permission })

test('permissions are given and taken directly; each undoes the other, and leaves what was theirs before', async () => {
  const userId = await all.signUp()
  await all.manage('POST', `${pathOf(userId)}/roles`, { roles: [reader] })
  await all.manage('POST', `${pathOf(userId)}/permissions`, { permissions: [{ resource_server_identifier: api, permission_name: 'write:invoices' }] }) // prettier-ignore
  const params = { permissions: [one('write:invoices'), one('read:invoices'), one('read:invoices')] }
  const preview = await all.staff.preview(userId, 'user.assign-permissions', params)
  // By the role they have it already, and not directly.
  expect(preview.changes).toEqual([{ field: 'permissions', before: [one('write:invoices')], after: [one('read:invoices'), one('write:invoices')] }]) // prettier-ignore
  const { run } = await all.staff.perform(userId, 'user.assign-permissions', { params, basedOn: preview.basedOn })
  expect(run.changes).toEqual(preview.changes)
  expect((await directOf(userId)).sort()).toEqual(['read:invoices', 'write:invoices'])
  expect((await all.staff.undo(run.runId)).status).toBe(200)
  expect(await directOf(userId)).toEqual(['write:invoices'])

  await all.staff.perform(userId, 'user.assign-permissions', { params })
  const taking = { permissions: [one('read:invoices'), one('void:invoices')] }
  const { warnings } = await all.staff.preview(userId, 'user.remove-permissions', taking)
  expect(warnings.map(({ code }) => code)).toEqual(['access-tokens-live-on', 'still-by-role'])
  const taken = await all.staff.perform(userId, 'user.remove-permissions', { params: taking })
  expect(await directOf(userId)).toEqual(['write:invoices'])
  expect((await all.staff.undo(taken.run.runId)).status).toBe(200)
  expect((await directOf(userId)).sort()).toEqual(['read:invoices', 'write:invoices'])
  expect((await all.auditOf(userId)).map(({ action }) => action)).toContain('user.remove-permissions')
})

test('a permission that no API has is named, and none is given', async () => {
  const userId = await all.signUp()
  const params = { permissions: [one('read:invoices'), one('print:money'), { api: 'https://no.example', permission: 'x' }] } // prettier-ignore
  const answer = await all.staff.send(userId, 'user.assign-permissions', { params })
  expect(answer).toMatchObject({
    status: 400,
    body: { code: 'permission-not-found', errors: [{ path: 'body.params.permissions.1' }, { path: 'body.params.permissions.2' }] },
  }) // prettier-ignore
  expect(await directOf(userId)).toEqual([])
  expect(await all.staff.send(userId, 'user.remove-permissions', { params })).toMatchObject({ status: 409, body: { code: 'nothing-to-change' } }) // prettier-ignore
})

const organizationsOf = async (userId: string) =>
  ((await all.manage('GET', `${pathOf(userId)}/organizations`)).body as { id: string }[]).map(({ id }) => id).sort()
const rolesThere = async (organizationId: string, userId: string) =>
  ((await all.manage('GET', `/organizations/${organizationId}/members/${encodeURIComponent(userId)}/roles`)).body as { id: string }[]).map(({ id }) => id) // prettier-ignore

test('who is added to organizations belongs to them at once, with what they are there; the undo takes them out again', async () => {
  const userId = await all.signUp()
  await all.manage('POST', `/organizations/${initech}/members`, { members: [userId] })
  const params = { organizations: [{ organizationId: acme, roleIds: [reader] }, { organizationId: initech, roleIds: [reader] }] } // prettier-ignore
  const preview = await all.staff.preview(userId, 'user.add-to-organizations', params)
  expect(preview.changes).toEqual([{ field: `organizations.${acme}`, before: null, after: { name: 'acme', roles: [{ id: reader, name: 'Reader' }] } }]) // prettier-ignore
  expect(preview.warnings.map(({ code }) => code)).toEqual(['no-invitation', 'member-already'])
  const { run } = await all.staff.perform(userId, 'user.add-to-organizations', { params, basedOn: preview.basedOn })
  expect(run.changes).toEqual(preview.changes)
  expect(await organizationsOf(userId)).toEqual([acme, initech].sort())
  expect([await rolesThere(acme, userId), await rolesThere(initech, userId)]).toEqual([[reader], []])
  await expect.poll(() => all.listed(`user_id:"${userId}" organization:acme`), { timeout: 5000 }).toEqual([userId])
  expect((await all.staff.undo(run.runId)).status).toBe(200)
  expect(await organizationsOf(userId)).toEqual([initech])
  expect(await all.listed(`user_id:"${userId}" organization:acme`)).toEqual([])
})

test('who is removed from an organization gets back by the undo what they were there', async () => {
  const userId = await all.signUp()
  await all.manage('POST', `/organizations/${acme}/members`, { members: [userId] })
  await all.manage('POST', `/organizations/${acme}/members/${encodeURIComponent(userId)}/roles`, { roles: [reader] })
  const params = { organizationIds: [acme] }
  const { warnings } = await all.staff.preview(userId, 'user.remove-from-organizations', params)
  expect(warnings.map(({ code }) => code)).toContain('roles-there-go-too')
  const { run } = await all.staff.perform(userId, 'user.remove-from-organizations', { params })
  expect(await organizationsOf(userId)).toEqual([])
  expect(await all.staff.send(userId, 'user.remove-from-organizations', { params })).toMatchObject({ status: 409, body: { code: 'not-a-member' } }) // prettier-ignore
  expect((await all.staff.undo(run.runId)).status).toBe(200)
  expect([await organizationsOf(userId), await rolesThere(acme, userId)]).toEqual([[acme], [reader]])

  // Not where somebody has made them a member again meanwhile: what they are there now stays.
  const again = await all.staff.perform(userId, 'user.remove-from-organizations', { params })
  await all.manage('POST', `/organizations/${acme}/members`, { members: [userId] })
  expect(await all.staff.undo(again.run.runId)).toMatchObject({ status: 409, body: { code: 'member-already' } })
  const unknown = { params: { organizations: [{ organizationId: 'org_nowhere' }] } }
  expect(await all.staff.send(userId, 'user.add-to-organizations', unknown)).toMatchObject({
    status: 400,
    body: { code: 'organization-not-found', errors: [{ path: 'body.params.organizations.0.organizationId' }] },
  })
})

test('an account is linked with what is lost said before, and unlinked by the undo', async () => {
  const primary = await all.signUp({ user_metadata: { theme: 'dark' }, app_metadata: { plan: 'pro' } })
  const secondary = await all.signUp({ email: 'second@example.com', user_metadata: { theme: 'light', city: 'Paris' }, app_metadata: { crm: 7 } }) // prettier-ignore
  const params = { secondaryUserId: secondary, mergeMetadata: true }
  const preview = await all.staff.preview(primary, 'user.link', params)
  expect(preview.warnings.map(({ code }) => code)).toEqual(['no-user-of-its-own', 'not-carried-over', 'metadata-lost', 'addresses-differ', 'deleted-together']) // prettier-ignore
  expect(preview.warnings[2]?.message).toMatch(/user_metadata\.theme\.$/)
  const { run, user } = await all.staff.perform(primary, 'user.link', { params, basedOn: preview.basedOn })
  expect(run.changes).toEqual(preview.changes)
  expect(user).toMatchObject({
    identities: [{ userId: primary.split('|')[1] }, { userId: secondary.split('|')[1] }],
    userMetadata: { theme: 'dark', city: 'Paris' },
    appMetadata: { plan: 'pro', crm: 7 },
  })
  expect((await all.manage('GET', pathOf(secondary))).status).toBe(404)
  expect(await all.listed(`user_id:"${secondary}"`)).toEqual([])

  const undone = await all.staff.undo(run.runId)
  expect(undone).toMatchObject({ status: 200, body: { run: { action: 'user.unlink' } } })
  expect(await all.inTenant(secondary)).toMatchObject({ email: 'second@example.com' })
  expect((await all.inTenant(secondary)).user_metadata).toBeUndefined()
  expect(await all.listed(`user_id:"${secondary}"`)).toEqual([secondary])
  // And what was unlinked is linked again by that one's undo.
  expect((await all.staff.undo((undone.body.run as { runId: string }).runId)).status).toBe(200)
  expect((await all.manage('GET', pathOf(secondary))).status).toBe(404)
})

test('what cannot be linked or unlinked is refused', async () => {
  const [userId, other] = [await all.signUp(), await all.signUp()]
  const link = (secondaryUserId: string) => all.staff.send(userId, 'user.link', { params: { secondaryUserId } })
  expect(await link(userId)).toMatchObject({ status: 409, body: { code: 'same-user' } })
  expect(await link('auth0|nobody')).toMatchObject({ status: 400, body: { code: 'user-not-found', errors: [{ path: 'body.params.secondaryUserId' }] } }) // prettier-ignore
  const unlink = (id: string) => all.staff.send(userId, 'user.unlink', { params: { provider: 'auth0', userId: id } })
  expect(await unlink(userId.split('|')[1] ?? '')).toMatchObject({ status: 409, body: { code: 'primary-identity' } })
  expect(await unlink(other.split('|')[1] ?? '')).toMatchObject({ status: 409, body: { code: 'not-linked' } })
  // By its prefixed name Auth0 unlinks nothing, and says that it has.
  expect((await link(other)).status).toBe(200)
  expect(await unlink(other)).toMatchObject({ status: 409, body: { code: 'not-linked' } })
})
