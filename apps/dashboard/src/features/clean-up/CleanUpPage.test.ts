import type { JobSchedule, Permission } from '@rollcall/contracts/admin-api'
import { enableAutoUnmount, flushPromises } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import { cleanUp } from '../../testing/clean-up-segments.ts'
import { fakeJobs, jobId, someJob } from '../../testing/fake-jobs.ts'
import { json, mountPage, problem } from '../../testing/mount-page.ts'
import type { Answers } from '../../testing/mount-page.ts'
import CleanUpPage from './CleanUpPage.vue'

afterEach(() => {
  document.body.innerHTML = ''
})
enableAutoUnmount(afterEach) // before the rest of it: what is declared last comes first

const permissions: Permission[] = ['read:users', 'update:users', 'manage:jobs', 'delete:users']
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
const someSchedule = (changes: Partial<JobSchedule> = {}): JobSchedule => ({
  scheduleId: '33333333-3333-4333-8333-333333333333',
  name: 'Not seen for a year',
  action: 'user.block',
  params: {},
  filter: 'last_login:<now-1y blocked:false',
  reason: null,
  every: 'week',
  isPaused: false,
  nextAt: inDays(3.1),
  problem: null,
  actorId: 'auth0|staff',
  actorName: 'Staff',
  isMine: true,
  latest: {
    jobId,
    phase: 'planned',
    counts: { users: 415, waiting: 412, done: 0, failed: 0, excluded: 3 },
    problem: null,
    at: inDays(-4),
  },
  ...changes,
})

/** The page before a server that keeps these. */
async function open(first: JobSchedule[], { may = permissions, refusal = undefined as Response | undefined } = {}) {
  let schedules = first
  const sent: [request: string, body: unknown][] = []
  const others: Answers = (request, _signal, body) => {
    if (request.includes('/directory')) return json({ state: 'current' })
    if (request.includes('/clean-up')) return json(cleanUp)
    if (request.includes('/users/count')) return json({ users: 42, isExact: true })
    if (!request.includes('/job-schedules')) return problem(404, 'There is no such thing.')
    if (request.startsWith('GET')) return json({ schedules })
    sent.push([request, body])
    if (refusal) return refusal
    if (request.startsWith('POST')) {
      const made = someSchedule({ ...(body as object), latest: null, nextAt: inDays(0) })
      schedules = [...schedules, made]
      return json(made)
    }
    if (request.startsWith('DELETE')) schedules = []
    else {
      const { every, isPaused } = body as JobSchedule
      schedules = schedules.map((one) => ({ ...one, every, isPaused, nextAt: isPaused ? null : inDays(3.1) }))
    }
    return request.startsWith('DELETE') ? new Response(null, { status: 204 }) : json(schedules[0])
  }
  const page = await mountPage(CleanUpPage, {
    answers: fakeJobs(someJob(), { others }).answers,
    path: '/clean-up',
    permissions: may,
  })
  await flushPromises()
  const list = () => page.wrapper.find('[aria-labelledby=schedules-title]')
  const press = async (label: string) => {
    const button = page.wrapper.findAll('button').find((one) => (one.attributes('aria-label') ?? one.text()) === label)
    if (!button) throw new Error(`There is no button ${label}.`)
    await button.trigger('click')
    await flushPromises()
  }
  return { ...page, sent, list, press }
}
const dialog = () => document.querySelector('[role=dialog]')

test('a segment is planned regularly: its name, how often, and what is suggested are filled in', async () => {
  const page = await open([])
  expect(page.list().exists()).toBe(false)
  await page.press('Plan this regularly: Not seen for a year')
  await expect.poll(() => dialog()?.querySelector('input')?.value).toBe('Not seen for a year')
  const [every, action] = [...(dialog()?.querySelectorAll('select') ?? [])]
  expect([every?.value, action?.value]).toEqual(['week', 'user.block'])
  expect(dialog()?.textContent).toContain('last_login:<now-1y blocked:false')
  if (every) every.value = 'month'
  every?.dispatchEvent(new Event('change'))
  await flushPromises()
  dialog()?.querySelector<HTMLButtonElement>('button[type=submit]')?.click()
  await flushPromises()
  expect(page.sent).toEqual([
    [
      'POST /api/job-schedules',
      {
        name: 'Not seen for a year',
        action: 'user.block',
        params: { revokeRefreshTokens: false },
        filter: 'last_login:<now-1y blocked:false',
        every: 'month',
      },
    ],
  ])
  expect(dialog()).toBeNull()
  expect(page.list().text()).toMatch(/Not seen for a year.*Block · Every month.*about to be made/)
})

test('what was refused is said beside what was typed, and a reason asked for where it is needed', async () => {
  const page = await open([], { refusal: problem(400, 'Say why.', 'reason-required') })
  await page.press('Plan this regularly: Never signed in')
  await expect.poll(() => dialog()?.querySelector('input')?.value).toBe('Never signed in')
  const submit = () => dialog()?.querySelector<HTMLButtonElement>('button[type=submit]')
  submit()?.click()
  await flushPromises()
  expect(dialog()?.textContent).toMatch(/needed, for the audit log.*It was not planned.*Say why/)
  expect(submit()?.disabled).toBe(true)
})

test('the last dry run is told with its number and leads to its job', async () => {
  const { list } = await open([someSchedule()])
  expect(list().text()).toMatch(
    /Block · Every week · next in 3 days.*Last dry run: 412 users.*4 days ago.*Ready to start/,
  )
  expect(list().findAll('a').map((link) => link.attributes('href'))).toEqual([
    '/?filter=last_login:%3Cnow-1y+blocked:false',
    `/jobs/${jobId}`,
  ]) // prettier-ignore
})

test('it is made more often, stands still, goes on, and ends after a second question', async () => {
  const page = await open([someSchedule()])
  const path = `/api/job-schedules/${someSchedule().scheduleId}`
  await page.list().get('select').setValue('day')
  await flushPromises()
  expect(page.list().text()).toContain('Every day')
  await page.press('Pause: Not seen for a year')
  expect(page.list().text()).toContain('Paused')
  expect(page.list().text()).not.toContain('next in')
  await page.press('Go on: Not seen for a year')
  expect(page.list().text()).not.toContain('Paused')
  await page.press('Delete: Not seen for a year')
  expect(document.activeElement?.textContent).toContain('Keep it')
  await page.press('Keep it')
  await page.press('Delete: Not seen for a year')
  await page.press('Delete')
  expect(page.list().exists()).toBe(false)
  expect(page.sent).toEqual([
    [`PUT ${path}`, { every: 'day', isPaused: false }],
    [`PUT ${path}`, { every: 'day', isPaused: true }],
    [`PUT ${path}`, { every: 'day', isPaused: false }],
    [`DELETE ${path}`, undefined],
  ])
})

test('somebody else’s can be paused and ended, and nothing else; without the permission nothing', async () => {
  const theirs = someSchedule({ isMine: false, actorName: 'Grace' })
  const { list } = await open([theirs])
  expect(list().text()).toContain('By Grace')
  expect(list().findAll('button').map((one) => one.text())).toEqual(['Pause', 'Delete']) // prettier-ignore
  expect(list().find('select').exists()).toBe(false)
  const reader = await open([theirs], { may: ['read:users', 'read:audit'] })
  expect(reader.list().findAll('button')).toHaveLength(0)
  expect(reader.wrapper.text()).not.toContain('Plan this regularly')
})

test('a dry run that could not be made, or was left out, says why', async () => {
  const { latest } = someSchedule()
  const failed = latest && { ...latest, phase: 'failed' as const, problem: { code: 'directory-needed', message: 'The directory is off.' } } // prettier-ignore
  const { list } = await open([
    someSchedule({ latest: failed }),
    someSchedule({
      scheduleId: jobId,
      latest: null,
      problem: { code: 'too-many-jobs', message: 'There are 50 jobs that are not over.', at: inDays(0) },
    }),
  ])
  const [first, second] = list().findAll('li')
  expect(first?.text()).toMatch(/Not planned.*could not be made\. The directory is off/)
  expect(second?.text()).toMatch(/was left out\. There are 50 jobs/)
})

test('what was not done to a schedule is said, and the list stays', async () => {
  const page = await open([someSchedule()], { refusal: problem(403, 'You lack update:users.', 'permission-missing') })
  await page.press('Pause: Not seen for a year')
  expect(page.list().text()).toMatch(/That was not done.*You lack update:users.*Block · Every week/)
})

test('segments that cannot be had are said, and asked for again', async () => {
  let isThere = false
  const answers: Answers = (request) => {
    if (request.includes('/directory')) return json({ state: 'current' })
    if (request.includes('/users/count')) return json({ users: 42, isExact: true })
    if (request.includes('/job-schedules')) return json({ schedules: [] })
    return isThere ? json(cleanUp) : problem(503, 'Rollcall is being restarted.')
  }
  const { wrapper } = await mountPage(CleanUpPage, { answers, path: '/clean-up', permissions })
  await flushPromises()
  expect(wrapper.text()).toContain('Rollcall is being restarted.')
  isThere = true
  await wrapper.findAll('button').find((one) => one.text() === 'Try again')?.trigger('click') // prettier-ignore
  await expect.poll(() => wrapper.text()).toContain('Throw-away addresses')
})
