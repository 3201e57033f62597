import type { Permission, UserImport } from '@rollcall/contracts/admin-api'
import { enableAutoUnmount, flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { json, mountPage, problem } from '../../testing/mount-page.ts'
import ImportPage from './ImportPage.vue'
import NewImportPage from './NewImportPage.vue'

afterEach(() => {
  document.body.innerHTML = ''
})
enableAutoUnmount(afterEach) // before the rest of it: what is declared last comes first

const importId = '00000000-0000-4000-8000-000000000001'
const counts = { rows: 1240, invalid: 5, skipped: 1, waiting: 1234, done: 0, failed: 0, unknown: 0, toCreate: 1200, toUpdate: 34, created: 0, updated: 0 } // prettier-ignore
const found = (changes: Partial<UserImport> = {}): UserImport => ({
  importId,
  name: 'people.csv',
  format: 'csv',
  bytes: 120_000,
  connection: 'Username-Password-Authentication',
  mode: 'upsert',
  columns: [
    { column: 'E-Mail', to: 'email', as: 'text', samples: ['ada@example.com'] },
    { column: 'Plan', to: null, as: 'text', samples: ['gold'] },
  ],
  phase: 'checked',
  counts,
  looked: 1240,
  findings: {
    problems: [{ code: 'email-invalid', message: 'email: Is no e-mail address.', rows: 5, line: 17 }],
    warnings: [{ code: 'no-passwords', message: 'No row has a password hash.' }],
    samples: [{ line: 2, isThere: false, user: { email: 'ada@example.com' } }],
    withPassword: 0,
  },
  problem: null,
  usersPerSecond: null,
  secondsLeft: null,
  actorId: 'auth0|staff',
  actorName: null,
  isMine: true,
  createdAt: new Date().toISOString(),
  startedAt: null,
  endedAt: null,
  ...changes,
})
const importer: Permission[] = ['read:users', 'create:users', 'update:users', 'manage:jobs']
const row = { place: 16, line: 17, state: 'invalid', email: 'nobody', username: null, userId: null, problem: { code: 'email-invalid', message: 'email: Is no e-mail address.' } } // prettier-ignore

async function openImport(
  state: () => UserImport,
  post: (path: string, body: unknown) => Response = () => json(state()),
) {
  // prettier-ignore
  const page = await mountPage(ImportPage, {
    props: { importId },
    path: `/imports/${importId}`,
    permissions: importer,
    answers: (request, _signal, body) => {
      if (request.startsWith('POST')) return post(request.split('/').at(-1) ?? '', body)
      return request.includes('/rows') ? json({ rows: [row], next: null }) : json(state())
    },
  })
  await flushPromises()
  return page
}
const button = (text: string) =>
  [...document.querySelectorAll('button')].find((one) => one.textContent.includes(text)) ?? expect.fail(`no button ${text}`) // prettier-ignore

test('a file is dropped, goes to the database that is chosen, and its page opens', async () => {
  const { wrapper, router, requests } = await mountPage(NewImportPage, {
    path: '/imports/new',
    permissions: importer,
    answers: (request) => {
      if (request.startsWith('POST')) return json(found({ phase: 'checking' }))
      if (request.endsWith('/connections')) return json({ connections: [{ id: 'con_1', name: 'Others' }, { id: 'con_2', name: 'Username-Password-Authentication' }] }) // prettier-ignore
      return json({ imports: [], next: null })
    },
  })
  await flushPromises()
  expect(wrapper.find('select').element.value).toBe('Username-Password-Authentication')
  expect(button('Upload').disabled).toBe(true)
  const input = wrapper.find<HTMLInputElement>('input[type=file]')
  Object.defineProperty(input.element, 'files', { value: [new File(['email\na@example.com\n'], 'people.csv')] })
  await input.trigger('change')
  expect(wrapper.text()).toContain('people.csv')
  await wrapper.find('form').trigger('submit')
  await flushPromises()
  expect(requests).toContain('POST /api/imports?name=people.csv&connection=Username-Password-Authentication&mode=skip')
  expect(router.currentRoute.value.params.importId).toBe(importId)
})

test('who may not create users is told so', async () => {
  const { wrapper } = await mountPage(NewImportPage, { path: '/imports/new', permissions: ['read:users'], answers: () => json({ imports: [], next: null }) }) // prettier-ignore
  await flushPromises()
  expect(wrapper.text()).toContain('You may not import users')
  expect(wrapper.find('input[type=file]').exists()).toBe(false)
})

test('the check is told in numbers, by problem and by line, and starting takes the number', async () => {
  const sent: unknown[] = []
  const { wrapper } = await openImport(found, (path, body) => {
    sent.push([path, body])
    return json(found({ phase: 'running', startedAt: new Date().toISOString() }))
  })
  expect(wrapper.text()).toMatch(/To be created\s*1,200/)
  expect(wrapper.text()).toContain('No row has a password hash.')
  expect(wrapper.text()).toContain('Line 17')
  expect(button('Import 1,234 users').disabled).toBe(true)
  await wrapper.find('input[inputmode=numeric]').setValue('1234')
  await wrapper.find('form').trigger('submit')
  await flushPromises()
  expect(sent).toEqual([['start', { users: 1234 }]])
  expect(wrapper.text()).toContain('Waiting for the tenant')
  expect(wrapper.find('input[inputmode=numeric]').exists()).toBe(false)
})

test('a column is told to be something else, and all is checked again', async () => {
  const sent: unknown[] = []
  const { wrapper } = await openImport(found, (path, body) => {
    sent.push([path, body])
    return json(found({ phase: 'checking', findings: null }))
  })
  const plan = wrapper.findAll('select').find((one) => one.attributes('aria-label') === 'What Plan becomes')
  await plan?.setValue('app_metadata.Plan')
  button('Check again').click()
  await flushPromises()
  expect(sent).toEqual([['plan', { columns: [{ column: 'E-Mail', to: 'email', as: 'text' }, { column: 'Plan', to: 'app_metadata.Plan', as: 'text' }] }]]) // prettier-ignore
  expect(wrapper.find('[role=progressbar]').exists()).toBe(true)
})

test('while it runs it follows what the server tells, at most twice a second, and what stands in its way is told', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  let done = 100
  const state = () =>
    found({ phase: 'running', startedAt: new Date().toISOString(), counts: { ...counts, done, created: done, waiting: 1234 - done }, problem: { code: 'tenant-rate-limited', message: 'Two imports are under way.', at: new Date().toISOString() } }) // prettier-ignore
  const { wrapper, changes, requests } = await openImport(state, () => problem(409, 'It is over.', 'import-phase'))
  expect(wrapper.text()).toContain('8 %')
  expect(wrapper.text()).toContain('Two imports are under way.')
  const asked = () => requests.filter((request) => request === `GET /api/imports/${importId}`).length
  const before = asked()
  done = 617
  for (let event = 0; event < 20; event += 1) changes.tell({ kind: 'imports', importIds: [importId] })
  changes.tell({ kind: 'imports', importIds: ['another'] })
  changes.tell({ kind: 'jobs', jobIds: [importId] })
  await vi.advanceTimersByTimeAsync(1000)
  await flushPromises()
  expect(asked() - before).toBe(2)
  expect(wrapper.text()).toContain('50 %')
  done = 1000
  await vi.advanceTimersByTimeAsync(5000) // something in between may hold events back
  await flushPromises()
  expect(wrapper.text()).toContain('81 %')
  vi.useRealTimers()
  button('Pause').click()
  await vi.waitFor(() => expect(wrapper.text()).toContain('It is over.'))
})
