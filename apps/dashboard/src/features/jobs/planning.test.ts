import type { Permission } from '@rollcall/contracts/admin-api'
import { enableAutoUnmount, flushPromises } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import { cleanUp } from '../../testing/clean-up-segments.ts'
import { fakeJobs, jobId, someJob } from '../../testing/fake-jobs.ts'
import { json, mountPage, problem } from '../../testing/mount-page.ts'
import type { Answers } from '../../testing/mount-page.ts'
import { askForMany } from '../actions/asked.ts'
import CleanUpPage from '../clean-up/CleanUpPage.vue'
import './ManyDialog.vue' // fetched when it is asked for otherwise
import JobsPage from './JobsPage.vue'
import NewJobPage from './NewJobPage.vue'

afterEach(() => {
  document.body.innerHTML = ''
})
enableAutoUnmount(afterEach) // before the rest of it: what is declared last comes first

const permissions: Permission[] = ['read:users', 'update:users', 'manage:roles', 'manage:jobs', 'delete:users']
const others: Answers = (request) => {
  if (request.includes('/clean-up')) return json(cleanUp)
  if (request.includes('/views')) return json({ views: [{ id: jobId, name: 'Gold', filter: 'x', sort: '-created_at', columns: ['name'], isMine: true, isShared: false }] }) // prettier-ignore
  if (request.includes('/field-values')) return json({ values: [{ value: 'rol_1', label: 'Editor', users: 3 }] })
  if (request.includes('/directory')) return json({ state: 'current' })
  if (request.includes('/job-schedules')) return json({ schedules: [] })
  if (request.includes('/users/count')) return json({ users: 42, isExact: true })
  return problem(404, 'There is no such thing.')
}
const dialog = () => document.querySelector('[role=dialog]')

test('a selection becomes a dry run: the action, what it needs to know, and why', async () => {
  const server = fakeJobs(someJob({ phase: 'planning' }), { others })
  const page = await mountPage(JobsPage, { answers: server.answers, path: '/jobs', permissions, hasDialogs: true })
  askForMany({ selection: { kind: 'filter', filter: 'blocked:true', except: ['auth0|9'] }, users: 1234 })
  await expect.poll(() => dialog()?.textContent).toContain('Act on 1,234 users')
  const select = dialog()?.querySelector('select') as HTMLSelectElement
  const offered = [...select.options].map(({ value }) => value)
  expect(offered).toEqual(expect.arrayContaining(['user.block', 'user.assign-roles', 'user.delete']))
  expect(offered).not.toContain('user.reset-mfa') // needs manage:credentials
  expect(offered).not.toContain('user.restore') // of the recycle bin
  select.value = 'user.assign-roles'
  select.dispatchEvent(new Event('change'))
  await flushPromises()
  const submit = () => dialog()?.querySelector<HTMLButtonElement>('button[type=submit]')
  expect(submit()?.disabled).toBe(true)
  dialog()?.querySelector<HTMLInputElement>('input[type=checkbox]')?.click()
  const reason = dialog()?.querySelector<HTMLInputElement>('input[maxlength="500"]') as HTMLInputElement
  reason.value = 'New team'
  reason.dispatchEvent(new Event('input'))
  await flushPromises()
  submit()?.click()
  await expect.poll(() => page.router.currentRoute.value.path).toBe(`/jobs/${jobId}`)
  expect(server.sent).toEqual([
    [
      'POST /api/jobs',
      {
        action: 'user.assign-roles',
        params: { roleIds: ['rol_1'] },
        selection: { kind: 'filter', filter: 'blocked:true', except: ['auth0|9'] },
        reason: 'New team',
      },
    ],
  ])
  expect(dialog()).toBeNull()
})

test('a list is pasted or dropped as a file, and what was wrong stays on the page', async () => {
  let isReasonNeeded = true
  const server = fakeJobs(someJob({ phase: 'planning' }), { others })
  const answers: Answers = (request, ...rest) =>
    request === 'POST /api/jobs' && isReasonNeeded
      ? problem(400, 'Say why.', 'reason-required')
      : server.answers(request, ...rest)
  const page = await mountPage(NewJobPage, { answers, path: '/jobs/new', permissions })
  await flushPromises()
  const { wrapper } = page
  await wrapper.get('textarea').setValue('ada@example.com\nauth0|1\nada@example.com')
  expect(wrapper.text()).toContain('2 entries · 1 repeated')
  const file = new File(['id,mail\nauth0|7,x@example.com\n'], 'people.csv')
  await wrapper.get('textarea').trigger('drop', { dataTransfer: { files: [file] } })
  await flushPromises()
  expect(wrapper.text()).toMatch(/people\.csv.*1 entry/)
  await wrapper.findAll('select').at(-1)?.setValue('user.block')
  await wrapper.get('form').trigger('submit')
  await flushPromises()
  expect(wrapper.text()).toMatch(/needed, for the audit log.*The dry run was not begun.*Say why/)
  isReasonNeeded = false
  await wrapper.get('input[maxlength="500"]').setValue('Asked for')
  await wrapper.get('form').trigger('submit')
  await flushPromises()
  expect(server.sent[0]?.[1]).toMatchObject({
    selection: { kind: 'list', entries: ['auth0|7'] },
    params: { revokeRefreshTokens: false },
    reason: 'Asked for',
  })
  expect(page.router.currentRoute.value.path).toBe(`/jobs/${jobId}`)
})

test('what waits for one’s own approval is on top, what one asked for oneself is not', async () => {
  const waiting = someJob({ phase: 'waiting-for-approval', isMine: false, actorName: 'Grace' })
  const approver: Permission[] = [...permissions, 'approve:actions']
  const { wrapper } = await mountPage(JobsPage, { answers: fakeJobs(waiting).answers, path: '/jobs', permissions: approver }) // prettier-ignore
  await flushPromises()
  expect(wrapper.get('section').text()).toMatch(/Waiting for your approval.*Block · 1,234 users.*By Grace/)
  expect(wrapper.findAll('li')).toHaveLength(1)
  const own = await mountPage(JobsPage, { answers: fakeJobs({ ...waiting, isMine: true }).answers, path: '/jobs', permissions: approver }) // prettier-ignore
  await flushPromises()
  expect(own.wrapper.text()).not.toContain('Waiting for your approval')
  expect(own.wrapper.findAll('li')).toHaveLength(1)
})

test('clean-up counts its segments, links to their users and suggests a dry run', async () => {
  const server = fakeJobs(someJob({ phase: 'planning' }), { others })
  const { wrapper } = await mountPage(CleanUpPage, { answers: server.answers, path: '/clean-up', permissions, hasDialogs: true }) // prettier-ignore
  await expect.poll(() => wrapper.findAll('a').map((link) => link.text())).toEqual(Array(6).fill('42 users'))
  expect(wrapper.findAll('a')[2]?.attributes('href')).toBe('/?filter=last_login:%3Cnow-1y+blocked:false')
  await wrapper.get('button[aria-label="Dry run: Not seen for a year"]').trigger('click')
  await expect.poll(() => dialog()?.querySelector('select')?.value).toBe('user.block')
  dialog()?.querySelector<HTMLButtonElement>('button[type=submit]')?.click()
  await flushPromises()
  expect(server.sent[0]?.[1]).toMatchObject({ action: 'user.block', selection: { filter: 'last_login:<now-1y blocked:false' } }) // prettier-ignore
})
