import { afterAll, beforeAll, expect, test } from 'vitest'
import { actionsOf } from './testing/do-actions.ts'
import { startStaffed, type Staffed } from './testing/start-staffed.ts'

/** A field that not everybody may see, by every way there is to a user's metadata. */
let all: Staffed
let ada: string
/** May do everything that Rollcall knows, and holds no permission of the team's own. */
let clerk: ReturnType<typeof actionsOf>
let clerkToken: string

const salary = 41_999.25
const everyPermission = ['read:users', 'update:users', 'delete:users', 'restore:users', 'manage:credentials', 'export:users', 'manage:roles', 'manage:organizations', 'read:logs', 'read:audit', 'manage:views', 'manage:jobs'] // prettier-ignore

beforeAll(async () => {
  all = await startStaffed({
    fields: [
      { name: 'salary', label: 'Salary', path: 'app_metadata.salary', type: 'number', see: 'read:salary' },
      { name: 'rank', label: 'Rank', path: 'app_metadata.rank', type: 'text', edit: 'update:rank' },
      { name: 'plan', label: 'Plan', path: 'app_metadata.plan', type: 'one-of', options: ['free', 'gold'] },
      { name: 'city', label: 'City', path: 'user_metadata.address.city', type: 'text' },
      { name: 'hired', label: 'Hired', path: 'user_metadata.hired', type: 'date' },
    ],
  })
  ada = await all.signUp({
    name: 'Ada',
    app_metadata: { salary, rank: 'A', plan: 'gold' },
    user_metadata: { address: { city: 'Paris', zip: '75001' }, hired: '2024-03-01' },
  })
  clerkToken = await all.tokenWith(everyPermission)
  clerk = actionsOf({ url: all.standalone.url, token: clerkToken })
  await all.staff.perform(ada, 'user.edit', { params: { appMetadata: { salary: salary + 1 } }, reason: 'A rise' })
  await all.staff.perform(ada, 'user.edit', { params: { appMetadata: { salary } }, reason: 'A slip' })
})
afterAll(() => all.close())

const get = async (path: string, token = clerkToken) => {
  const answer = await all.standalone.ask(`/api${path}`, token)
  return { status: answer.status, text: await answer.text() }
}
const ofAda = () => `/users/${encodeURIComponent(ada)}`
const question = (words: Record<string, string>) => new URLSearchParams(words).toString()
const refused = { status: 403, text: expect.stringContaining('"field-hidden"') }

test('the fields are told to those who see them, and whether they may edit each', async () => {
  const named = async (token: string) =>
    (JSON.parse((await get('/me', token)).text) as { fields: { name: string; mayEdit: boolean }[] }).fields.map(
      ({ name, mayEdit }) => [name, mayEdit],
    )
  expect(await named(all.token)).toEqual([['salary', true], ['rank', true], ['plan', true], ['city', true], ['hired', true]]) // prettier-ignore
  expect(await named(clerkToken)).toEqual([
    ['rank', false],
    ['plan', true],
    ['city', true],
    ['hired', true],
  ])
})

test('a field is found by its name, and by what it holds', async () => {
  expect(await all.listed('plan:gold city:Paris hired:>2024-01-01 salary:>41000')).toEqual([ada])
  expect(await all.listed('plan:free')).toEqual([])
  expect(await all.listed('has:salary')).toEqual([ada])
})

test.each([
  ['filter', 'salary:>40000'],
  ['filter', '_exists_:salary'],
  ['filter', 'app_metadata.salary:41999.25'],
  ['filter', 'name:ada (NOT App_Metadata.salary:[* TO 5] OR plan:gold)'],
  ['filter', String.raw`app_metadata.sal\ary:>40000`],
  ['filter', 'app_metadata.salary.gross:5'],
  ['sort', 'app_metadata.salary'],
  ['sort', '-app_metadata.salary.gross'],
  ['columns', 'roles,app_metadata.salary'],
  ['columns', 'app_metadata.salary.0'],
])('a list by %s %s is refused, and so are its count, its export and its groups', async (name, value) => {
  const asked = question({ [name]: value })
  expect(await get(`/users?${asked}`)).toMatchObject(refused)
  expect(await get(`/users/export?${asked}`)).toMatchObject(refused)
  if (name === 'columns') expect(await get(`/users/refresh?${asked}&userIds=${encodeURIComponent(ada)}`)).toMatchObject(refused)
  if (name !== 'filter') return
  expect(await get(`/users/count?${asked}`)).toMatchObject(refused)
  expect(await get(`/users/breakdown?by=connection&${asked}`)).toMatchObject(refused)
}) // prettier-ignore

test('nor is it told by the values a field has, nor by the paths that users have', async () => {
  expect(await get('/users/field-values?field=app_metadata.salary')).toMatchObject(refused)
  const { text } = await get('/users/metadata-paths')
  expect(text).toContain('app_metadata.plan')
  expect(text).not.toContain('salary')
})

test('the user, every export, the audit log and its exports hold nothing of it', async () => {
  const paths = [
    ofAda(),
    '/users?columns=app_metadata.plan,app_metadata.rank',
    '/users/export?format=csv',
    '/users/export?format=ndjson',
    '/users/export?format=json&filter=plan:gold',
    '/audit',
    '/audit/export?format=csv',
    '/audit/export?format=ndjson',
    `${ofAda()}/timeline`,
    `${ofAda()}/related`,
    `${ofAda()}/identities`,
  ]
  for (const path of paths) {
    const seen = await get(path)
    expect([path, seen.status]).toEqual([path, 200])
    expect([path, seen.text.includes('41999') || seen.text.includes('42000')]).toEqual([path, false])
  }
  const told = await get('/audit')
  expect(told.text).toContain('{"field":"app_metadata.salary","before":"[hidden]","after":"[hidden]"}')
  const whole = await get('/users/export?format=ndjson', all.token)
  expect(whole.text).toContain('41999.25')
  expect((await get('/audit/export?format=ndjson', all.token)).text).toContain('42000.25')
})

test('it cannot be changed, guessed by a change that changes nothing, or asked for by what it is said to be', async () => {
  const locked = { status: 403, body: { code: 'field-locked' } }
  for (const appMetadata of [{ salary: 1 }, { salary }, { plan: 'free', salary: null }]) {
    const params = { appMetadata }
    expect(await clerk.send(ada, 'user.edit', { params })).toMatchObject(locked)
    expect(await clerk.post(`${ofAda()}/actions/user.edit/preview`, { params })).toMatchObject(locked)
  }
  const basedOn = { updatedAt: new Date().toISOString(), fields: { 'app_metadata.salary': 1 } }
  expect(await clerk.send(ada, 'user.edit', { params: { name: 'Ada L' }, basedOn })).toMatchObject({ status: 403, body: { code: 'field-hidden' } }) // prettier-ignore
  expect((await all.inTenant(ada)).app_metadata).toEqual({ salary, rank: 'A', plan: 'gold' })
})

test('whoever sees a field that is not theirs to edit is refused by the server, also for one of several keys', async () => {
  const answer = await clerk.send(ada, 'user.edit', { params: { appMetadata: { plan: 'free', rank: 'S' } } })
  expect(answer).toMatchObject({ status: 403, body: { code: 'field-locked', detail: expect.stringContaining('app_metadata.rank') } }) // prettier-ignore
  expect((await all.inTenant(ada)).app_metadata).toMatchObject({ rank: 'A', plan: 'gold' })
})

test('somebody else’s change of it is neither told by its run nor undone', async () => {
  const { run } = await all.staff.perform(ada, 'user.edit', { params: { appMetadata: { salary: 42_000.25 } } })
  const seen = await get(`/actions/${run.runId}`)
  expect(seen.text).toContain('[hidden]')
  expect(seen.text).not.toContain('42000')
  expect(await clerk.undo(run.runId)).toMatchObject({ status: 403, body: { code: 'field-locked' } })
  expect((await all.staff.undo(run.runId)).status).toBe(200)
})

test('what they do to somebody who has it answers without it, and leaves it where it is', async () => {
  const { user } = await clerk.perform(ada, 'user.edit', { params: { appMetadata: { plan: 'free' } } })
  expect(user?.appMetadata).toEqual({ rank: 'A', plan: 'free' })
  expect((await all.inTenant(ada)).app_metadata).toEqual({ salary, rank: 'A', plan: 'free' })
})

test('an account that has it is not linked with its metadata by whoever may not change it', async () => {
  const other = await all.signUp({ name: 'Other' })
  const params = { secondaryUserId: ada, mergeMetadata: true }
  const preview = await clerk.post(`/users/${encodeURIComponent(other)}/actions/user.link/preview`, { params })
  expect(preview).toMatchObject({ status: 403, body: { code: 'field-locked' } })
  const without = await clerk.preview(other, 'user.link', { secondaryUserId: ada })
  expect(JSON.stringify(without)).not.toContain('salary')
})

test('a value of another type than the field’s is refused, with what it takes; a view by a hidden field is not kept', async () => {
  const params = { appMetadata: { plan: 'iron', salary: '5' }, userMetadata: { hired: '2026-02-30', address: { city: 7 } } } // prettier-ignore
  const answer = await all.staff.send(ada, 'user.edit', { params })
  expect(answer).toMatchObject({ status: 400, body: { code: 'field-invalid' } })
  expect((answer.body.errors as { path: string }[]).map(({ path }) => path)).toEqual([
    'body.params.app_metadata.salary',
    'body.params.app_metadata.plan',
    'body.params.user_metadata.address.city',
    'body.params.user_metadata.hired',
  ])
  const view = { name: 'Paid', filter: 'salary:>1', sort: '-created_at', columns: ['name'], isShared: false }
  expect(await clerk.post('/views', view)).toMatchObject({ status: 403, body: { code: 'field-hidden' } })
})

test('a job is neither about whom such a field finds nor a change of it: others are told of it', async () => {
  const job = (action: string, params: object, filter: string) => ({
    action,
    params,
    selection: { kind: 'filter', filter, except: [] },
  })
  const mighty = actionsOf({ url: all.standalone.url, token: all.token })
  for (const staff of [mighty, clerk]) {
    expect(await staff.post('/jobs', job('user.block', {}, 'salary:>40000'))).toMatchObject({ status: 403, body: { code: 'field-hidden' } }) // prettier-ignore
    const raise = job('user.edit', { appMetadata: { salary: 1 } }, 'plan:free')
    expect(await staff.post('/jobs', raise)).toMatchObject({ status: 403, body: { code: 'field-hidden' } })
  }
  const promotion = job('user.edit', { appMetadata: { rank: 'S' } }, 'plan:free')
  expect(await clerk.post('/jobs', promotion)).toMatchObject({ status: 403, body: { code: 'field-locked' } })
  const wrong = job('user.edit', { appMetadata: { plan: 'iron' } }, 'plan:free')
  expect(await mighty.post('/jobs', wrong)).toMatchObject({ status: 400, body: { code: 'field-invalid' } })
})
