import type {
  ActionOutcome,
  ActionPreview,
  DeletedUser,
  DeletedUserPage,
  Permission,
} from '@rollcall/contracts/admin-api'
import { enableAutoUnmount, flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { json, mountPage, problem, wholeUser } from '../../testing/mount-page.ts'
import type { Answers } from '../../testing/mount-page.ts'
import { shownToasts } from '../../ui/toasts.ts'
import { asked } from '../actions/asked.ts'
import RecycleBinPage from './RecycleBinPage.vue'

afterEach(() => {
  document.body.innerHTML = ''
})
enableAutoUnmount(afterEach) // before the rest of it: what is declared last comes first

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
const someone = (changes: Partial<DeletedUser> = {}): DeletedUser => ({
  userId: 'auth0|1',
  state: 'deleted',
  runId: 'run-1',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  at: inDays(-2),
  actorId: 'auth0|staff',
  actorName: 'Grace',
  reason: 'Left the company',
  until: inDays(28),
  problem: null,
  ...changes,
})
const scheduled = someone({ userId: 'auth0|2', runId: 'run-2', state: 'scheduled', name: 'Bob', email: 'bob@example.com', until: inDays(6) }) // prettier-ignore
const preview: ActionPreview = {
  action: 'user.restore',
  userId: 'auth0|1',
  changes: [
    { field: 'account', before: false, after: true },
    {
      field: 'access',
      before: { roles: [], permissions: [], organizations: [] },
      after: {
        roles: [{ id: 'rol_1', name: 'Support' }],
        permissions: [],
        organizations: [{ id: 'org_1', name: 'acme', roles: [{ id: 'rol_2', name: 'Owner' }] }],
      },
    },
  ],
  warnings: [{ code: 'new-password', message: 'Their password is lost.' }],
  obstacle: null,
  undo: { isPossible: false, why: null },
  needsReason: false,
}

const outcome: ActionOutcome = {
  run: {
    runId: '00000000-0000-4000-8000-000000000001',
    action: 'user.restore',
    userId: 'auth0|1',
    actorId: 'auth0|staff',
    phase: 'done',
    reason: null,
    startedAt: inDays(0),
    endedAt: inDays(0),
    changes: preview.changes,
    failure: null,
    steps: [],
    accessTokensUntil: null,
    undo: { ...preview.undo, until: null },
    undoOf: null,
    undoneBy: null,
  },
  user: wholeUser(),
  shownOnce: null,
}

const pageOf = (users: DeletedUser[], changes: Partial<DeletedUserPage> = {}) =>
  json({ users, next: null, keptForDays: 30, ...changes } satisfies DeletedUserPage)

async function open({
  answers,
  path = '/recycle-bin',
  permissions = ['delete:users', 'restore:users', 'purge:users'],
}: { answers?: Answers; path?: string; permissions?: Permission[] } = {}) {
  const how: Answers = (...asked) =>
    answers?.(...asked) ??
    (asked[0].includes('/preview') ? json(preview) : asked[0].startsWith('GET') ? pageOf([someone(), scheduled]) : json(outcome)) // prettier-ignore
  const page = await mountPage(RecycleBinPage, { answers: how, path, permissions, hasDialogs: true })
  await flushPromises()
  return page
}
type Page = Awaited<ReturnType<typeof open>>
const press = async ({ wrapper }: Page, label: string) => {
  await wrapper.get(`button[aria-label="${label}"]`).trigger('click')
  await flushPromises()
}
const dialog = () => document.querySelector('[role=dialog]')
const submit = () => dialog()?.querySelector<HTMLButtonElement>('button[type=submit]')
const type = async (label: string, text: string) => {
  const labels = [...(dialog()?.querySelectorAll('label') ?? [])]
  const input = labels.find((one) => one.textContent?.includes(label))?.control as HTMLInputElement
  input.value = text
  input.dispatchEvent(new Event('input'))
  await flushPromises()
}

test('everybody is told with who, when, why and how long it can be undone', async () => {
  const { wrapper } = await open()
  const [deleted, waiting] = wrapper.findAll('li').map((item) => item.text())
  expect(deleted).toMatch(
    /Ada Lovelace.*ada@example.com.*Left the company.*final in 28 days.*Deleted by Grace 2 days ago/,
  )
  expect(waiting).toMatch(/Bob.*To be deleted in 6 days/)
  expect(wrapper.find('a[href*="auth0"]').text()).toBe('Bob')
})

test('a restoration says what comes back and what does not, and the list follows', async () => {
  const sent: [string, unknown][] = []
  const page = await open({
    answers: (request, _signal, body) => {
      if (request.startsWith('POST') && !request.includes('/preview')) sent.push([request, body])
      return undefined as never
    },
  })
  await press(page, 'Restore Ada Lovelace')
  expect(dialog()?.textContent).toMatch(
    /Has an account.*No.*Yes.*Access.*given:Support.*given:acme \(Owner\).*Their password is lost/,
  )
  await type('Reason', 'A mistake')
  submit()?.click()
  await flushPromises()
  expect(sent).toEqual([['POST /api/users/auth0%7C1/actions/user.restore', { params: {}, reason: 'A mistake' }]])
  expect(dialog()).toBeNull()
  expect(shownToasts.value.at(-1)?.text).toBe('Restored Ada Lovelace.')
  expect(page.requests.filter((request) => request.startsWith('GET'))).toHaveLength(2)
})

test('what is destroyed has to be typed first', async () => {
  const page = await open()
  await press(page, 'Destroy what is kept of Ada Lovelace')
  expect(submit()?.disabled).toBe(true)
  await type('to confirm', 'ada@example.com')
  expect(submit()?.disabled).toBe(false)
})

test('what stands in the way is said, and nothing can be begun', async () => {
  const obstacle = { code: 'recycle-bin-key', message: 'It is sealed with the key abc.' }
  const page = await open({
    answers: (request) => (request.includes('/preview') ? json({ ...preview, changes: [], obstacle }) : pageOf([someone({ problem: obstacle })])), // prettier-ignore
  })
  expect(page.wrapper.get('li').text()).toContain(obstacle.message)
  await press(page, 'Restore Ada Lovelace')
  expect(dialog()?.querySelector('[role=status]')?.textContent).toContain(obstacle.message)
  expect(submit()?.disabled).toBe(true)
})

test('a failure stays in the dialog, in the server’s words', async () => {
  const page = await open({
    answers: (request) => (request.startsWith('POST') && !request.includes('/preview') ? problem(409, 'The address is taken.') : (undefined as never)), // prettier-ignore
  })
  await press(page, 'Restore Ada Lovelace')
  submit()?.click()
  await flushPromises()
  expect(dialog()?.textContent).toMatch(/It was not done.*The address is taken/)
})

test('nobody is offered what they may not do', async () => {
  const page = await open({ permissions: ['read:users', 'delete:users'] })
  expect(page.wrapper.findAll('li button').map((button) => button.text())).toEqual(['Keep them'])
})

test('search and state are in the address, and an empty bin says so', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const page = await open({ answers: () => pageOf([]) })
  expect(page.wrapper.text()).toContain('Nobody is here')
  await page.wrapper.get('input[type=search]').setValue('ada')
  await vi.advanceTimersByTimeAsync(300)
  vi.useRealTimers()
  await page.wrapper.get('input[value=scheduled]').trigger('change')
  await flushPromises()
  expect(page.router.currentRoute.value.query).toEqual({ search: 'ada', state: 'scheduled' })
  expect(page.requests.at(-1)).toBe('GET /api/deleted-users?search=ada&state=scheduled&limit=50')
  expect(page.wrapper.text()).toContain('Nobody matches')
})

test('a list of what a program did says its name', async () => {
  const actorId = 'abc@clients'
  const answers: Answers = () => pageOf([someone({ actorId, actorName: 'Nightly clean-up' })])
  const { wrapper } = await open({ answers, path: `/recycle-bin?actor=${actorId}` })
  expect(wrapper.text()).toContain('By Nightly clean-up')
  expect(wrapper.text()).not.toContain(actorId)
})

test('the next page comes when it is asked for; what others do shows by itself', async () => {
  let first = [someone()]
  const page = await open({
    answers: (request) => (request.includes('after=more') ? pageOf([scheduled]) : pageOf(first, { next: 'more' })),
  })
  await page.wrapper.findAll('button').find((button) => button.text() === 'Show more')?.trigger('click') // prettier-ignore
  await flushPromises()
  expect(page.wrapper.findAll('li')).toHaveLength(2)
  first = []
  page.changes.tell({ kind: 'users', userIds: ['auth0|1'] })
  await expect.poll(() => page.wrapper.findAll('li')).toHaveLength(1)
})

test('several are restored at once: those who are picked, or all that the search finds', async () => {
  const page = await open({
    permissions: ['read:users', 'manage:jobs', 'restore:users', 'purge:users', 'delete:users'],
  })
  const choose = async (label: string) => {
    await page.wrapper.findAll('[role=toolbar] button').find((button) => button.text() === label)?.trigger('click') // prettier-ignore
    const wish = asked.value
    asked.value = undefined
    return wish
  }
  expect(await choose('Restore all')).toMatchObject({ words: 'user.restore', selection: { kind: 'recycle-bin', search: '' } }) // prettier-ignore
  expect(await choose('Keep all')).toMatchObject({ selection: { kind: 'filter', filter: 'deletion_scheduled:true' } })
  for (const box of page.wrapper.findAll('li input[type=checkbox]')) await box.setValue(true)
  expect(page.wrapper.get('[role=toolbar]').text()).toContain('2 selected')
  expect(await choose('Restore 1')).toMatchObject({ users: 1, selection: { kind: 'list', entries: ['auth0|1'] } })
  expect(await choose('Keep 1')).toMatchObject({ words: 'user.cancel-deletion', selection: { entries: ['auth0|2'] } })
})
