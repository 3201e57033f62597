import type { Job, JobUser, Permission } from '@rollcall/contracts/admin-api'
import { enableAutoUnmount, flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { fakeJobs, jobId, someJob, someJobUser } from '../../testing/fake-jobs.ts'
import { mountPage } from '../../testing/mount-page.ts'
import JobPage from './JobPage.vue'

afterEach(() => {
  vi.useRealTimers()
  document.body.innerHTML = ''
})
enableAutoUnmount(afterEach) // before the rest of it: what is declared last comes first
Element.prototype.scrollIntoView = () => undefined // nothing is laid out here

const staff: Permission[] = ['read:users', 'update:users', 'manage:jobs', 'read:audit']

async function open(
  job: Job,
  {
    users = [],
    permissions = staff,
    query = '',
  }: { users?: JobUser[]; permissions?: Permission[]; query?: string } = {},
) {
  const server = fakeJobs(job, { users })
  const page = await mountPage(JobPage, {
    answers: server.answers,
    path: `/jobs/${jobId}${query}`,
    props: { jobId },
    permissions,
  })
  await flushPromises()
  const text = () => page.wrapper.text()
  const button = (label: string) => page.wrapper.findAll('button').find((one) => one.text().startsWith(label))
  const press = async (label: string) => {
    await button(label)?.trigger('click')
    await flushPromises()
  }
  return { ...page, server, text, button, press }
}
type Page = Awaited<ReturnType<typeof open>>
const type = async ({ wrapper }: Page, number: string) => {
  await wrapper.get('input[inputmode=numeric]').setValue(number)
}

test('the dry run says how many, what changes, who is left out and why, and how long it takes', async () => {
  const { text, wrapper } = await open(someJob())
  expect(text()).toMatch(/Block · 1,234 users.*Ready to start.*By you.*Spring cleaning/)
  expect(text()).toMatch(/1,234 users would be changed.*about 10 minutes.*can be undone.*Access tokens live on/)
  expect(text()).toMatch(/They are blocked already\.3 users.*Ada Lovelace.*Blocked.*No.*Yes/)
  expect(wrapper.get('a[href*="code=blocked"]').attributes('href')).toContain('state=excluded')
  expect(wrapper.get('a[href*="filter="]').text()).toBe('last_login:<now-1y')
})

test('whoever may read the audit log is led to all that the job has done', async () => {
  const links = async (permissions: Permission[]) =>
    (await open(someJob(), { permissions })).wrapper.findAll('header a').map((link) => link.attributes('href'))
  expect(await links(staff)).toContain(`/audit?job=${jobId}`)
  expect(await links(['read:users', 'manage:jobs'])).not.toContain(`/audit?job=${jobId}`)
})

test('it starts once its number has been typed, as it is shown or without commas', async () => {
  const page = await open(someJob())
  await type(page, '1,235')
  await page.wrapper.get('form').trigger('submit')
  expect(page.button('Start for')?.attributes('disabled')).toBeDefined()
  expect(page.server.sent).toEqual([])
  await type(page, '1,234')
  expect(page.button('Start for')?.attributes('disabled')).toBeUndefined()
  await page.wrapper.get('form').trigger('submit')
  await flushPromises()
  expect(page.server.sent).toEqual([[`POST /api/jobs/${jobId}/start`, { users: 1234 }]])
  expect(page.text()).toContain('Running')
  expect(document.activeElement?.textContent).toContain('Running') // the form it was in is gone
})

test('another number in the meantime is told, shown, and has to be typed anew', async () => {
  const page = await open(someJob())
  await type(page, '1234')
  page.server.move({ counts: { users: 1237, waiting: 1233, done: 0, failed: 0, excluded: 4 } })
  await page.wrapper.get('form').trigger('submit')
  await flushPromises()
  expect(page.text()).toMatch(/It would be done to 1233 users.*Start for 1,233 users/)
  expect(page.wrapper.get<HTMLInputElement>('input[inputmode=numeric]').element.value).toBe('')
  expect(page.button('Start for')?.attributes('disabled')).toBeDefined()
})

test('what cannot be undone is said before it starts', async () => {
  const plan = someJob().plan && { ...someJob().plan, cannotBeUndone: [{ why: 'Mail was sent.', users: 7 }] }
  const { text } = await open(someJob({ plan: plan as Job['plan'] }))
  expect(text()).toContain('For 7 users this cannot be undone. Mail was sent.')
  expect(text()).not.toContain('can be undone afterwards')
})

test('where policy wants a second person, they are asked; who asked cannot approve', async () => {
  const approval = { ...someJob().approval, isNeeded: true }
  const page = await open(someJob({ approval }), { permissions: [...staff, 'approve:actions'] })
  await type(page, '1234')
  await page.wrapper.get('form').trigger('submit')
  await flushPromises()
  expect(page.text()).toMatch(/Waiting for approval.*Nobody approves what they asked for themself.*lapses/)
  expect(page.button('Approve')).toBeUndefined()
  expect(page.button('Withdraw')).toBeDefined()
})

test('whoever approves sees what has changed since, and types the number or says why not', async () => {
  const waiting = someJob({
    phase: 'waiting-for-approval',
    isMine: false,
    actorName: 'Grace',
    approval: { ...someJob().approval, isNeeded: true, until: new Date(Date.now() + 3 * 86_400_000).toISOString() },
  })
  const page = await open(waiting, { permissions: ['read:users', 'approve:actions'] })
  expect(page.text()).toMatch(/Grace asks you.*in 3 days.*2 users are gone.*1 user does not match any more/)
  expect(page.button('Refuse')?.attributes('disabled')).toBeDefined()
  await page.wrapper.get('input[maxlength="500"]').setValue('Too many')
  await page.press('Refuse')
  expect(page.server.sent).toEqual([[`POST /api/jobs/${jobId}/refuse`, { comment: 'Too many' }]])
  expect(page.text()).toMatch(/Refused.*Refused by Staff.*Too many/)
})

const running = someJob({
  phase: 'running',
  startedAt: new Date().toISOString(),
  counts: { users: 1000, waiting: 600, done: 390, failed: 10, excluded: 0 },
  usersPerSecond: 2,
  secondsLeft: 300,
})

test('while it runs it says how far it is and why it stands still, and follows the server at most twice a second', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  const page = await open(running)
  expect(page.text()).toMatch(/40 %.*2 a second · 5 minutes left.*Done.*Failed.*Left out.*Waiting.*390.*10.*0.*600/)
  const asked = () => page.requests.filter((request) => request === `GET /api/jobs/${jobId}`).length
  const before = asked()
  page.server.move({
    counts: { ...running.counts, waiting: 500, done: 490 },
    problem: { code: 'tenant-unavailable', message: 'The tenant does not answer.', at: new Date().toISOString() },
  })
  for (let event = 0; event < 20; event += 1) page.changes.tell({ kind: 'jobs', jobIds: [jobId] })
  page.changes.tell({ kind: 'jobs', jobIds: ['another'] })
  await vi.advanceTimersByTimeAsync(1000)
  await flushPromises()
  expect(asked() - before).toBe(2)
  expect(page.text()).toMatch(/50 %.*stands still just now.*The tenant does not answer/)
  expect(page.wrapper.findAll('[role=status]').map((one) => one.text())).toContain('Running: 50 %')
})

test('it is paused, taken up again, slowed down and cancelled', async () => {
  const page = await open(running)
  await page.press('Pause')
  await page.press('Go on')
  await page.wrapper.get('input[type=range]').setValue('40')
  await page.wrapper.get('input[type=range]').trigger('change')
  await flushPromises()
  await page.press('Cancel the job')
  expect(page.server.sent.map(([request]) => request.split('/').at(-1))).toEqual(['pause', 'resume', 'speed', 'cancel'])
  expect(page.server.sent[2]?.[1]).toEqual({ speed: 40 })
  expect(page.text()).toContain('Cancelled')
})

test('what failed is tried again, and the whole of it is undone by a job of its own', async () => {
  const over = someJob({
    phase: 'done',
    startedAt: new Date().toISOString(),
    endedAt: new Date().toISOString(),
    counts: { users: 12, waiting: 0, done: 10, failed: 2, excluded: 0 },
    undo: { isPossible: true, why: null },
  })
  const page = await open(over)
  expect(page.text()).toContain('Done, some failed')
  await page.press('Undo all')
  const dialog = document.querySelector('[role=dialog]')
  expect(dialog?.textContent).toContain('Undo it for 10 users?')
  dialog?.querySelector<HTMLButtonElement>('button[type=submit]')?.click()
  await flushPromises()
  expect(page.router.currentRoute.value.params.jobId).toMatch(/^2222/)
  await page.press('Try 2 again')
  expect(page.server.get()).toMatchObject({ phase: 'running', counts: { waiting: 2, failed: 0 } })
})

test('how it went for each is narrowed by the address, and leads to the user', async () => {
  const users = [someJobUser(), someJobUser({ place: 2, userId: 'auth0|2', name: 'Bob', state: 'done', problem: null, runId: jobId })] // prettier-ignore
  const page = await open(running, { users, query: '?state=failed' })
  const rows = () => page.wrapper.get('#outcomes').findAll('li')
  expect(rows().map((row) => row.text())).toEqual([
    expect.stringMatching(/Ada Lovelace.*The tenant said no.*2 attempts/),
  ])
  await page.wrapper.get('#outcomes li button').trigger('click')
  await flushPromises()
  expect(page.router.currentRoute.value.query).toEqual({ state: 'failed', code: 'tenant-refused' })
  await page.router.replace({ query: { state: 'done' } })
  await flushPromises()
  expect(rows()[0]?.get('a[href*="/audit"]').attributes('href')).toContain('run=')
})

test('whoever may not steer sees it and can do nothing; what is not there says so', async () => {
  const page = await open({ ...running, isMine: false }, { permissions: ['read:users', 'read:audit'] })
  expect(page.text()).toContain('40 %')
  expect(page.button('Pause')).toBeUndefined()
  const other = await mountPage(JobPage, {
    answers: fakeJobs().answers,
    path: '/jobs/other',
    props: { jobId: '33333333-3333-4333-8333-333333333333' },
  })
  await flushPromises()
  expect(other.wrapper.text()).toContain('No such job')
})

test('entries of a list that matched nobody are shown', async () => {
  const selection = { kind: 'list', filter: null, entries: 5, unmatched: 1 } as const
  const { text } = await open(someJob({ selection }))
  expect(text()).toMatch(/A list of 5 entries.*1 entry matched nobody.*nobody@example.com.*no such user/)
})
