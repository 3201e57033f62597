import type { DeletedUserPage, RecycleBinReport } from '@rollcall/contracts/admin-api'
import { enableAutoUnmount, flushPromises } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import { json, mountPage, problem } from '../../testing/mount-page.ts'
import type { Answers } from '../../testing/mount-page.ts'
import RecycleBinPage from './RecycleBinPage.vue'

afterEach(() => {
  document.body.innerHTML = ''
})
enableAutoUnmount(afterEach) // before the rest of it: what is declared last comes first
Element.prototype.scrollIntoView = () => undefined // nothing is laid out here

const at = '2026-11-29T12:00:00.000Z'
const dayOf = (ahead: number) => new Date(Date.parse(at) + ahead * 86_400_000).toISOString().slice(0, 10)
const due = (changes: Partial<RecycleBinReport['kept']> = {}): RecycleBinReport['kept'] => ({
  users: 1200,
  problems: 0,
  within7Days: 30,
  within30Days: 400,
  days: Array.from({ length: 31 }, (_, ahead) => ({ day: dayOf(ahead), users: ahead === 3 ? 30 : 0 })),
  ...changes,
})
const someReport = (changes: Partial<RecycleBinReport> = {}): RecycleBinReport => ({
  at,
  keptForDays: 90,
  deleteAfterDays: 14,
  kept: due({ problems: 2 }),
  scheduled: due({ users: 0, within7Days: 0, within30Days: 0, days: [] }),
  months: [
    { month: '2026-11', users: 900 },
    { month: '2026-10', users: 300 },
  ],
  actors: [
    { actorId: 'rollcall', actorName: null, users: 700 },
    { actorId: 'auth0|grace', actorName: 'Grace', users: 480 },
  ],
  otherActors: 20,
  ...changes,
})

async function open(report: RecycleBinReport | Response = someReport(), path = '/recycle-bin?report=open') {
  const answers: Answers = (request) => {
    if (request.includes('/report')) return report instanceof Response ? report : json(report)
    return json({ users: [], next: null, keptForDays: 90 } satisfies DeletedUserPage)
  }
  const page = await mountPage(RecycleBinPage, { answers, path, permissions: ['read:users', 'manage:jobs'] })
  await flushPromises()
  await expect.poll(() => page.wrapper.find('section').attributes('aria-busy')).toBe('false')
  const link = (text: string) => page.wrapper.findAll('a').find((one) => one.text() === text)
  const lists = () => page.requests.filter((request) => request.includes('/deleted-users?'))
  return { ...page, link, lists }
}

test('what is kept and what comes due is told in numbers, by month, and by whom', async () => {
  const { wrapper } = await open()
  expect(wrapper.text()).toMatch(
    /Kept.*1,200 users.*restored for 90 days.*30 final within 7 days.*400 final within 30 days.*2 cannot be opened/,
  )
  expect(wrapper.text()).toMatch(/To be deleted.*Nobody.*deleted 14 days after/)
  expect(wrapper.text()).toMatch(/Deleted in.*November 2026900.*October 2026300/)
  expect(wrapper.text()).toMatch(/Deleted by.*Rollcall, as scheduled700.*Grace480.*and 20 by others/)
})

test('each figure leads to the list of whom it counts, and says there what narrows it', async () => {
  const page = await open()
  const follow = async (text: string) => {
    await page.link(text)?.trigger('click')
    await flushPromises()
    return Object.fromEntries(new URL(page.lists().at(-1)?.slice(4) ?? '', 'http://localhost').searchParams)
  }
  expect(await follow('30 final within 7 days')).toEqual({ state: 'deleted', untilTo: '2026-12-06T12:00:00.000Z', limit: '50' }) // prettier-ignore
  expect(page.wrapper.text()).toContain('Due before')
  expect(document.activeElement?.id).toBe('list')
  expect(await follow('2 cannot be opened')).toEqual({ state: 'deleted', has: 'problem', limit: '50' })
  expect(await follow('November 2026')).toEqual({ state: 'deleted', from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z', limit: '50' }) // prettier-ignore
  expect(page.wrapper.text()).toContain('Done from Nov 1, 2026 to before Dec 1, 2026')
  expect(await follow('Grace')).toEqual({ state: 'deleted', actor: 'auth0|grace', limit: '50' })
  expect(page.wrapper.find('section[aria-label="Retention report"]').exists()).toBe(true)
  await page.wrapper.get('button[aria-label^="Take away: By"]').trigger('click')
  await flushPromises()
  expect(page.router.currentRoute.value.query).toEqual({ state: 'deleted', report: 'open' })
})

test('each of the next days is a bar that leads to its users, or a row of a table', async () => {
  const { wrapper } = await open()
  const bars = wrapper.findAll('a[aria-label]')
  expect(bars).toHaveLength(31)
  expect(bars[3]?.attributes('aria-label')).toBe('Dec 2, 2026: 30')
  expect(bars[3]?.attributes('href')).toContain('untilFrom=2026-12-02&untilTo=2026-12-03')
  expect(bars[0]?.attributes('href')).not.toContain('untilFrom') // what is overdue is there, too
  expect(bars.filter((bar) => bar.attributes('tabindex') === '0')).toEqual([bars[0]])
  await wrapper.get('button[aria-label$="As a table"]').trigger('click')
  expect(wrapper.findAll('tbody tr').slice(0, 4).map((row) => row.text())).toEqual(['Nov 29, 20260', 'Nov 30, 20260', 'Dec 1, 20260', 'Dec 2, 202630']) // prettier-ignore
})

test('what the list is narrowed by is not done to all at once: a job would find more than are shown', async () => {
  const user = { userId: 'auth0|1', state: 'deleted', runId: 'run-1', name: 'Ada', email: null, at, actorId: 'auth0|2', actorName: null, reason: null, until: at, problem: null } as const // prettier-ignore
  const answers: Answers = () => json({ users: [user], next: null, keptForDays: 90 } satisfies DeletedUserPage)
  const permissions = ['read:users', 'manage:jobs', 'restore:users'] as const
  const page = await mountPage(RecycleBinPage, { answers, path: '/recycle-bin?actor=auth0%7C2', permissions: [...permissions] }) // prettier-ignore
  await flushPromises()
  const bar = page.wrapper.get('[role=toolbar]')
  expect(bar.text()).toBe('Select whom it is about.')
  await page.wrapper.get('li input[type=checkbox]').setValue(true)
  expect(bar.text()).toMatch(/1 selected.*Restore 1/)
})

test('a report that fails says so, and the list stays', async () => {
  const { wrapper } = await open(problem(503, 'The database is away.'))
  expect(wrapper.text()).toMatch(/could not be loaded.*The database is away.*Nobody is here/)
})

test('what an address cannot mean is no condition', async () => {
  const { lists } = await open(someReport(), '/recycle-bin?report=open&from=yesterday&has=key&state=gone&actor=a')
  expect(lists()).toEqual(['GET /api/deleted-users?actor=a&limit=50'])
})
