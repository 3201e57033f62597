import type { AuditEntry, AuditPage as Page } from '@rollcall/contracts/admin-api'
import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import { firstMomentOf } from '../../ui/days.ts'
import { json, mountPage, problem, someUser } from '../../testing/mount-page.ts'
import type { Answers } from '../../testing/mount-page.ts'
import AuditPage from './AuditPage.vue'
import { someEntry } from './testing.ts'

afterEach(() => {
  document.body.innerHTML = ''
})

const programs = { 'abc@clients': 'Nightly import' }
const head = { seq: 7, hash: 'cd'.repeat(32) }
const failed = someEntry({
  seq: 7,
  action: 'user.delete',
  phase: 'failed',
  runId: '3f1f6a2e-0000-4000-8000-000000000002',
  reason: 'Asked for by mail',
  changes: [],
  answer: { status: 429, errorCode: 'too_many_requests', message: 'Slow down' },
})
const blocked = someEntry({ seq: 2, at: '2026-11-24T10:00:01.000Z' })
const begun = someEntry({ seq: 1, at: '2026-11-24T10:00:00.000Z', phase: 'started' })

const answering =
  (entries: AuditEntry[], next: string | null = null): Answers =>
  (request) => {
    if (request.startsWith('GET /api/users/refresh')) return json({ users: [someUser({ userId: 'auth0|ada' })] })
    if (request.includes('after=7'))
      return json({ entries: [blocked, begun], next: null, programs, head } satisfies Page)
    return json({ entries, next, programs, head } satisfies Page)
  }

async function open(answers: Answers, path = '/audit') {
  const page = await mountPage(AuditPage, { answers, path })
  await flushPromises()
  await flushPromises()
  return page
}

test('each thing done stands there once: what, to whom, by whom, why, how it went; all else when it is opened', async () => {
  const { wrapper } = await open(answering([failed], '7'))
  const item = () => wrapper.findAll('li details')
  expect(item()[0]?.get('summary').text()).toContain('Deleted: Ada Lovelace')
  expect(item()[0]?.get('summary').text()).toContain('Failed')
  expect(item()[0]?.get('summary').text()).toContain('By auth0|staff · “Asked for by mail”')
  expect(item()[0]?.text()).toContain('429 · too_many_requests · Slow down')
  await wrapper.findAll('button').find((button) => button.text() === 'Show older')?.trigger('click') // prettier-ignore
  await flushPromises()
  expect(item()).toHaveLength(2)
  expect(item()[1]?.get('summary').text()).toContain('Blocked: Ada Lovelace')
  expect(item()[1]?.get('dl').text()).toMatch(/Blocked.*No.*Yes/i)
  expect(wrapper.text()).toContain(head.hash)
})

test('what was done step by step is told so, with until when tokens live, and whom else it concerns', async () => {
  const contained = someEntry({
    action: 'user.contain',
    phase: 'failed',
    steps: [
      { step: 'block', result: 'done', problem: null },
      { step: 'end-sessions', result: 'failed', problem: { code: 'x', message: 'The tenant refused.' } },
    ],
    accessTokensUntil: '2026-11-26T10:00:00.000Z',
    otherSubjectId: 'auth0|other',
  })
  const { wrapper } = await open(answering([contained]))
  const text = wrapper.get('li details').text()
  expect(text).toMatch(/Blocked: done.*Sessions ended: .*The tenant refused\./s)
  expect(text).toContain('Access tokens that were issued before may be good until')
  expect(wrapper.get('li summary').text()).toContain('auth0|other')
})

test('conditions stand in the address, and days are whole days of the viewer', async () => {
  const { wrapper, router, requests } = await open(answering([failed]))
  await wrapper.get('input[type=date]').setValue('2026-11-01')
  await flushPromises()
  await wrapper.get('select').setValue('user.delete')
  await flushPromises()
  await wrapper.findAll('details button').find((button) => button.text().startsWith('Only what auth0|staff'))?.trigger('click') // prettier-ignore
  await flushPromises()
  expect(router.currentRoute.value.query).toEqual({
    from: '2026-11-01',
    action: 'user.delete',
    actor: 'auth0|staff',
  })
  const last = requests.findLast((request) => request.startsWith('GET /api/audit?'))
  const asked = new URL(last?.split(' ')[1] ?? '', 'http://localhost').searchParams
  expect(Object.fromEntries(asked)).toEqual({
    action: 'user.delete',
    actor: 'auth0|staff',
    from: firstMomentOf('2026-11-01'),
  })
  await wrapper.get('[aria-label="Take away: By auth0|staff"]').trigger('click')
  await flushPromises()
  expect(router.currentRoute.value.query).not.toHaveProperty('actor')
})

test('a program is called what the tenant calls it, or told as one', async () => {
  const byProgram = (seq: number, actorId: string) => someEntry({ seq, actorId, actorKind: 'program', runId: `3f1f6a2e-0000-4000-8000-00000000000${seq}` }) // prettier-ignore
  const { wrapper } = await open(answering([byProgram(3, 'abc@clients'), byProgram(2, 'xyz@clients')]))
  expect(wrapper.findAll('summary').map((item) => item.text())).toEqual([
    expect.stringContaining('By Nightly import'),
    expect.stringContaining('By Program xyz'),
  ])
})

test('what a job did and the steps of the job itself are found together, and lead to it', async () => {
  const jobId = '4f1f6a2e-0000-4000-8000-000000000001'
  const own = { subjectId: jobId, runId: jobId, jobId, changes: [] }
  const entries = [
    someEntry({ seq: 5, action: 'job.end', ...own }),
    someEntry({ seq: 4, jobId }),
    someEntry({ seq: 3, phase: 'started', jobId }),
    someEntry({ seq: 2, action: 'job.start', ...own }),
    someEntry({ seq: 1, action: 'job.create', ...own }),
  ]
  const { wrapper, router, requests } = await open(answering(entries), `/audit?job=${jobId}&run=no-id`)
  expect(requests).toContain(`GET /api/audit?job=${jobId}`)
  const titles = wrapper.findAll('summary .font-medium').map((title) => title.text())
  expect(titles).toEqual(['Job ended', 'Blocked: Ada Lovelace', 'Job started', 'Job asked for'])
  const [end, blocking] = wrapper.findAll('li details')
  expect(end?.findAll('a').map((link) => link.attributes('href'))).toEqual([`/jobs/${jobId}`])
  expect(blocking?.findAll('a').map((link) => link.text())).toEqual(['Open the user', 'Open the job'])
  await wrapper.get('[aria-label="Take away: Of job 4f1f6a2e"]').trigger('click')
  await flushPromises()
  expect(router.currentRoute.value.query).toEqual({})
  await wrapper.findAll('details button').find((button) => button.text() === 'Only what this job did')?.trigger('click') // prettier-ignore
  await flushPromises()
  expect(router.currentRoute.value.query).toEqual({ job: jobId })
})

test('nothing done, nothing found and nothing to be had are three different things', async () => {
  expect((await open(answering([]))).wrapper.text()).toContain('Nothing has been changed yet')
  const { wrapper, router } = await open(answering([]), '/audit?reason=x&from=yesterday')
  expect(wrapper.text()).toContain('No entry matches')
  await wrapper.findAll('button').find((button) => button.text() === 'Show everything')?.trigger('click') // prettier-ignore
  await flushPromises()
  expect(router.currentRoute.value.query).toEqual({})
  const { wrapper: broken } = await open(() => problem(403, 'You lack the permission read:audit.'))
  expect(broken.get('[role=alert]').text()).toContain('You lack the permission read:audit.')
})
