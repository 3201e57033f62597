import type { Activity, Breakdown } from '@rollcall/contracts/admin-api'
import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import { json, mountPage, problem } from '../../testing/mount-page.ts'
import type { Answers } from '../../testing/mount-page.ts'
import InsightsPage from './InsightsPage.vue'

afterEach(() => {
  document.body.innerHTML = ''
})

const dayOf = (back: number) => new Date(Date.UTC(2026, 10, 23) - back * 86_400_000).toISOString().slice(0, 10)

function activityOf(count: number): Activity {
  const days = Array.from({ length: count }, (_, index) => ({
    day: dayOf(count - 1 - index),
    signUps: index < count / 2 ? 1 : 2,
    signIns: 10,
    failures: 0,
    activeUsers: 4,
  }))
  return { days, since: dayOf(9) }
}

const byConnection: Breakdown = {
  groups: [
    { key: 'github', users: 750, filter: 'connection:github' },
    { key: '', users: 250, filter: 'NOT _exists_:connection' },
  ],
  others: 0,
}
const nothing: Breakdown = { groups: [], others: 0 }

const answers: Answers = (request) => {
  const url = new URL(request.split(' ')[1] ?? '', 'http://localhost')
  if (url.pathname === '/api/activity') return json(activityOf(Number(url.searchParams.get('days'))))
  return json(url.searchParams.get('by') === 'connection' ? byConnection : nothing)
}

async function open(path = '/insights', how: Answers = answers) {
  const page = await mountPage(InsightsPage, { answers: how, path })
  await flushPromises()
  return page
}
const cardOf = (wrapper: Awaited<ReturnType<typeof open>>['wrapper'], title: string) => {
  const card = wrapper.findAll('section').find((section) => section.get('h2').text() === title)
  if (!card) throw new Error(`There is no card “${title}”.`)
  return card
}

test('a period is told with its sum and against the one before', async () => {
  const { wrapper } = await open()
  expect(cardOf(wrapper, 'Sign-ups').text()).toContain('60')
  expect(cardOf(wrapper, 'Sign-ups').text()).toContain('100% more than in the 30 days before')
})

test('each day is a link to the users behind it; the chart is one tab stop, arrows go from day to day', async () => {
  const { wrapper, router } = await open()
  const card = cardOf(wrapper, 'Sign-ups')
  const stops = () => card.findAll('a[tabindex="0"]')
  expect(card.findAll('a')).toHaveLength(30)
  expect(stops().map((link) => link.attributes('aria-label'))).toEqual(['Nov 23, 2026: 2'])
  await card.get('[role=group]').trigger('keydown', { key: 'ArrowLeft' })
  expect(stops().map((link) => link.attributes('aria-label'))).toEqual(['Nov 22, 2026: 2'])
  expect(document.activeElement).toBe(stops()[0]?.element)
  await stops()[0]?.trigger('click')
  await flushPromises()
  expect(router.currentRoute.value).toMatchObject({
    name: 'users',
    query: { filter: 'created_at:[2026-11-22 TO 2026-11-22]' },
  })
})

test('days before anything was known are told apart from days without any, and the card says since when', async () => {
  const { wrapper } = await open()
  const card = cardOf(wrapper, 'Sign-ins')
  expect(card.findAll('a').filter((link) => link.attributes('aria-label')?.endsWith('not known'))).toHaveLength(20)
  expect(card.text()).toContain('Known since Nov 14, 2026.')
  expect(card.findAll('a').at(-1)?.attributes('href')).toContain('signed_in_on:2026-11-23')
})

test('the same numbers are a table for whoever would rather read', async () => {
  const { wrapper } = await open()
  const card = cardOf(wrapper, 'Sign-ups')
  await card.get('button').trigger('click')
  expect(card.findAll('tbody tr')).toHaveLength(30)
  expect(card.get('tbody tr').text()).toBe('Nov 23, 20262')
})

test('a group leads to its users, and says its share of all', async () => {
  const { wrapper } = await open()
  const card = cardOf(wrapper, 'By connection')
  expect(card.findAll('tbody tr').map((row) => row.text())).toEqual(['github75075%', 'None25025%'])
  expect(card.get('a').attributes('href')).toBe('/?filter=connection:github')
  expect(cardOf(wrapper, 'Same e-mail twice').text()).toContain('Every address is used by one user only.')
})

test('the period is in the address', async () => {
  const { wrapper, router, requests } = await open('/insights?days=90')
  expect(requests).toContain('GET /api/activity?days=180')
  await wrapper.get('input[type=radio][value="30"]').trigger('change')
  await flushPromises()
  expect(router.currentRoute.value.query).toEqual({})
  expect(requests).toContain('GET /api/activity?days=60')
})

test('without a directory the page says what it needs, once, and fills when that is there', async () => {
  let isFilled = false
  const { wrapper, changes } = await open('/insights', (...asked) =>
    isFilled ? answers(...asked) : problem(409, 'It is needed.', 'directory-needed'),
  )
  expect(wrapper.text()).toContain('Insights need the directory')
  expect(wrapper.findAll('[role=alert]')).toHaveLength(0)
  isFilled = true
  const status = { state: 'current', asOf: null, users: 1, fill: null, problem: null } as const
  changes.tell({ kind: 'directory', status })
  await flushPromises()
  expect(cardOf(wrapper, 'Sign-ups').text()).toContain('60')
})

test('one count that fails leaves the others, and can be tried again', async () => {
  let isBroken = true
  const { wrapper } = await open('/insights', (...asked) =>
    asked[0].includes('by=connection') && isBroken ? problem(503, 'Not now.') : answers(...asked),
  )
  const card = cardOf(wrapper, 'By connection')
  expect(card.get('[role=alert]').text()).toContain('Not now.')
  expect(cardOf(wrapper, 'Sign-ups').text()).toContain('60')
  isBroken = false
  await card.get('[role=alert] button').trigger('click')
  await flushPromises()
  expect(card.text()).toContain('github')
})
