import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { actionsOf } from './testing/do-actions.ts'
import { pathOf, startStaffed, type Staffed } from './testing/start-staffed.ts'

/** Two accounts that become one, with what each had, and two again. */
let all: Staffed
const api = 'https://parcels.example'
let editor: string
let reader: string
let acme: string
let isRefusing = false

beforeAll(async () => {
  all = await startStaffed({
    recycleBin: { key: randomBytes(32), checkIntervalMs: 100 },
    // The tenant, but for the moment at which it is to refuse.
    fetch: (input, init) => {
      const isLinking = init?.method === 'POST' && String(input).endsWith('/identities')
      if (isRefusing && isLinking) return Promise.resolve(Response.json({ statusCode: 409, error: 'Conflict', message: 'No.' }, { status: 409 }))
      return fetch(input, init)
    },
  })
  const make = async (path: string, body: object) => ((await all.manage('POST', path, body)).body as { id: string }).id
  const scopes = ['read:parcels', 'send:parcels'].map((value) => ({ value }))
  await all.manage('POST', '/resource-servers', { identifier: api, name: 'Parcels', scopes })
  editor = await make('/roles', { name: 'Parcel editor' })
  reader = await make('/roles', { name: 'Parcel reader' })
  acme = await make('/organizations', { name: 'acme-parcels', display_name: 'Acme Parcels' })
}) // prettier-ignore
afterAll(() => all.close())

const permission = (name: string) => ({ resource_server_identifier: api, permission_name: name })

/** Ada twice: the second account has everything, and the first one a little. */
async function twoAccounts() {
  const first = await all.signUp({ name: 'Ada', app_metadata: { plan: 'free' }, user_metadata: { theme: 'dark' } })
  const second = await all.signUp({
    name: 'Ada Lovelace',
    nickname: 'countess',
    app_metadata: { plan: 'gold', crm: 7, token: 'kept-too' },
    user_metadata: { theme: 'light' },
  })
  await all.manage('POST', `${pathOf(first)}/roles`, { roles: [reader] })
  await all.manage('POST', `${pathOf(second)}/roles`, { roles: [editor, reader] })
  await all.manage('POST', `${pathOf(second)}/permissions`, { permissions: [permission('send:parcels')] })
  await all.manage('POST', `/organizations/${acme}/members`, { members: [second] })
  await all.manage('POST', `/organizations/${acme}/members/${encodeURIComponent(second)}/roles`, { roles: [reader] })
  return { first, second }
}
const takeAll = () => ({
  profile: ['name'],
  metadata: ['app_metadata.plan', 'app_metadata.crm'],
  roleIds: [editor, reader],
  permissions: [{ api, permission: 'send:parcels' }],
  organizationIds: [acme],
})

/** What somebody is in the tenant, past Rollcall. */
async function whole(userId: string) {
  const { name, nickname = null, user_metadata = {}, app_metadata = {}, identities } = await all.inTenant(userId)
  const ids = async (path: string) => ((await all.manage('GET', path)).body as { id: string }[]).map(({ id }) => id).sort() // prettier-ignore
  const held = (await all.manage('GET', `${pathOf(userId)}/permissions`)).body as { permission_name: string; sources: { source_type: string }[] }[] // prettier-ignore
  const organizations = await ids(`${pathOf(userId)}/organizations`)
  return {
    name,
    nickname,
    user_metadata,
    app_metadata,
    accounts: (identities as unknown[]).length,
    roles: await ids(`${pathOf(userId)}/roles`),
    permissions: held.filter(({ sources }) => sources.some(({ source_type: type }) => type === 'DIRECT')).map((one) => one.permission_name), // prettier-ignore
    organizations,
    there: organizations.length > 0 ? await ids(`/organizations/${acme}/members/${encodeURIComponent(userId)}/roles`) : [], // prettier-ignore
  }
}
const auditedFor = async (userId: string) => {
  const answer = await all.standalone.ask(`/api/audit?subject=${encodeURIComponent(userId)}`, all.token)
  const { entries } = (await answer.json()) as { entries: { action: string; phase: string; subjectId: string; otherSubjectId?: string }[] } // prettier-ignore
  return entries
}

test('one of two accounts takes over what is chosen, is told what is lost, and the undo makes both what they were', async () => {
  const { first, second } = await twoAccounts()
  const before = [await whole(first), await whole(second)]
  const params = { secondaryUserId: second, take: takeAll() }
  const preview = await all.staff.preview(first, 'user.link', params)
  expect(preview.obstacle).toBeNull()
  expect(preview.warnings.map(({ code }) => code)).toEqual(['no-user-of-its-own', 'kept-with-link', 'metadata-lost', 'addresses-differ', 'deleted-together']) // prettier-ignore
  expect(preview.warnings[2]?.message).toBe('Of its metadata this is not taken over: user_metadata.theme, app_metadata.token.') // prettier-ignore

  const { run } = await all.staff.perform(first, 'user.link', { params, basedOn: preview.basedOn })
  expect(run.changes).toEqual(preview.changes)
  expect(run.steps.map(({ step, result }) => [step, result])).toEqual([['take-over', 'done'], ['give-access', 'done'], ['link', 'done']]) // prettier-ignore
  expect(await whole(first)).toEqual({
    ...before[0],
    name: 'Ada Lovelace',
    app_metadata: { plan: 'gold', crm: 7 },
    accounts: 2,
    roles: [editor, reader].sort(),
    permissions: ['send:parcels'],
    organizations: [acme],
    there: [reader],
  })
  expect((await all.manage('GET', pathOf(second))).status).toBe(404)

  const undone = await all.staff.undo(run.runId)
  expect(undone).toMatchObject({ status: 200, body: { run: { action: 'user.unlink' } } })
  expect([await whole(first), await whole(second)]).toEqual(before)
  // Both are found again by what they may do.
  expect((await all.listed(`role:"Parcel editor" user_id:("${first}" OR "${second}")`)).sort()).toEqual([second])
  expect((await all.staff.undo((undone.body.run as { runId: string }).runId)).status).toBe(200)
  expect(await whole(first)).toMatchObject({ name: 'Ada Lovelace', accounts: 2, permissions: ['send:parcels'] })
})

test('an account that is unlinked later has again what it had; what the user took over stays theirs', async () => {
  const { first, second } = await twoAccounts()
  const had = await whole(second)
  await all.staff.perform(first, 'user.link', { params: { secondaryUserId: second, take: { roleIds: [editor] } } })
  const [provider, userId] = second.split('|')
  const preview = await all.staff.preview(first, 'user.unlink', { provider, userId })
  expect(preview.warnings.map(({ code }) => code)).toEqual(['given-back', 'sessions-stay'])
  await all.staff.perform(first, 'user.unlink', { params: { provider, userId }, basedOn: preview.basedOn })
  expect(await whole(second)).toEqual(had)
  expect((await whole(first)).roles).toEqual([editor, reader].sort())

  // Nothing is kept of it any more: linked past Rollcall and unlinked here, it starts anew.
  await all.manage('POST', `${pathOf(first)}/identities`, { provider, user_id: userId })
  const anew = await all.staff.preview(first, 'user.unlink', { provider, userId })
  expect(anew.warnings.map(({ code }) => code)).toEqual(['starts-anew', 'sessions-stay'])
})

test('an account that is blocked is said to be, and comes back blocked', async () => {
  const { first, second } = await twoAccounts()
  await all.manage('PATCH', pathOf(second), { blocked: true })
  const { warnings } = await all.staff.preview(first, 'user.link', { secondaryUserId: second })
  expect(warnings.map(({ code }) => code)).toContain('was-blocked')
  const { run } = await all.staff.perform(first, 'user.link', { params: { secondaryUserId: second } })
  expect((await all.staff.undo(run.runId)).status).toBe(200)
  expect(await all.inTenant(second)).toMatchObject({ blocked: true })
})

test('it stands in the audit log of both, as what was done to the one, and in no recycle bin', async () => {
  const { first, second } = await twoAccounts()
  const { run } = await all.staff.perform(first, 'user.link', { params: { secondaryUserId: second } })
  const deleted = await (await all.standalone.ask('/api/deleted-users', all.token)).json()
  expect(JSON.stringify(deleted)).not.toContain(second)
  await all.staff.undo(run.runId)
  for (const userId of [first, second]) {
    expect((await auditedFor(userId)).map((entry) => [entry.action, entry.phase, entry.subjectId, entry.otherSubjectId])).toEqual([
      ['user.unlink', 'done', first, second],
      ['user.unlink', 'started', first, second],
      ['user.link', 'done', first, second],
      ['user.link', 'started', first, second],
    ])
    const answer = await all.standalone.ask(`/api${pathOf(userId)}/timeline?kind=staff`, all.token)
    const { entries } = (await answer.json()) as { entries: { type: string }[] }
    expect(entries.map(({ type }) => type)).toEqual(['user.unlink', 'user.link'])
  }
}) // prettier-ignore

test('what is taken takes the permission to give it, and can only be what the other account has', async () => {
  const { first, second } = await twoAccounts()
  const token = await all.tokenWith(['read:users', 'manage:credentials'])
  const clerk = actionsOf({ url: all.standalone.url, token })
  const link = (take: object, by = clerk) => by.send(first, 'user.link', { params: { secondaryUserId: second, take } })
  for (const take of [{ roleIds: [editor] }, { metadata: ['app_metadata.plan'] }, { organizationIds: [acme] }])
    expect(await link(take)).toMatchObject({ status: 403, body: { code: 'permission-missing' } })
  expect(await link({ roleIds: ['rol_nobodys'], profile: ['picture'] }, all.staff)).toMatchObject({ status: 400, body: { code: 'not-theirs' } }) // prettier-ignore
  // Nor is a field of one's own choice written by what is said to be taken back.
  const { run } = await all.staff.perform(first, 'user.link', { params: { secondaryUserId: second } })
  const [provider, userId] = second.split('|')
  const takeBack = { fields: { 'app_metadata.plan': 'platinum' } }
  const unlink = await clerk.send(first, 'user.unlink', { params: { provider, userId, takeBack } })
  expect(unlink).toMatchObject({ status: 403, body: { code: 'permission-missing' } })
  expect(await clerk.undo(run.runId)).toMatchObject({ status: 200 })
})

test('where the tenant does not link them, what was taken over before is told, and both are there', async () => {
  const { first, second } = await twoAccounts()
  isRefusing = true
  const params = { secondaryUserId: second, take: { profile: ['name'], roleIds: [editor] } }
  const answer = await all.staff.send(first, 'user.link', { params })
  isRefusing = false
  expect(answer).toMatchObject({
    status: 502,
    body: {
      code: 'partly-done',
      steps: [
        { step: 'take-over', result: 'done' },
        { step: 'give-access', result: 'done' },
        { step: 'link', result: 'failed' },
      ],
    },
  })
  expect(await whole(second)).toMatchObject({ name: 'Ada Lovelace', accounts: 1 })
  // Done again, it does what is left.
  await all.staff.perform(first, 'user.link', { params })
  expect(await whole(first)).toMatchObject({ name: 'Ada Lovelace', accounts: 2, roles: [editor, reader].sort() })
})
