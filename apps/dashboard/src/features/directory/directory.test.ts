import type { DirectoryStatus, Freshness } from '@rollcall/contracts/admin-api'
import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { json, mountPage } from '../../testing/mount-page.ts'
import DirectoryBanner from './DirectoryBanner.vue'
import FreshnessNote from './FreshnessNote.vue'

afterEach(() => {
  vi.useRealTimers()
  document.body.innerHTML = ''
})

const current: DirectoryStatus = {
  state: 'current',
  asOf: '2026-11-23T12:00:00.000Z',
  users: 10_000,
  fill: null,
  problem: null,
}
const filling: DirectoryStatus = {
  ...current,
  state: 'filling',
  asOf: null,
  fill: { users: 2500, total: 10_000, usersPerSecond: 812.4, secondsLeft: 130, startedAt: '2026-11-23T11:59:00.000Z' },
}

async function note(freshness: Freshness, reachable: number | null = null) {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: new Date('2026-11-23T12:00:02Z') })
  const page = await mountPage(FreshnessNote, { answers: () => json(current), props: { freshness, reachable } })
  await flushPromises()
  return page
}

test('a list says from when it is, counts on, and is as fresh as the directory it follows', async () => {
  const { wrapper, changes } = await note({ source: 'directory', asOf: '2026-11-23T11:59:00.000Z' })
  expect(wrapper.text()).toBe('As of 2 seconds ago')
  await vi.advanceTimersByTimeAsync(3000)
  expect(wrapper.text()).toBe('As of 5 seconds ago')
  changes.tell({ kind: 'directory', status: { ...current, asOf: '2026-11-23T12:00:09.000Z' } })
  await flushPromises()
  expect(wrapper.text()).toBe('As of now')
})

test('a list that the tenant was asked for says how far it reaches', async () => {
  const { wrapper } = await note({ source: 'tenant', asOf: null }, 1000)
  expect(wrapper.text()).toBe('Asked live: the tenant shows the first 1,000')
})

test('the first reading shows how far it is, and goes once it is done', async () => {
  const { wrapper, changes } = await mountPage(DirectoryBanner, { answers: () => json(filling) })
  await flushPromises()
  expect(wrapper.text()).toContain('2,500 of 10,000 users · 812 a second · 2 minutes left')
  expect(wrapper.get('[role=progressbar]').attributes('aria-valuenow')).toBe('25')
  const allRows = { users: 10_000, total: 10_000, usersPerSecond: 800, secondsLeft: 0, startedAt: '2026-11-23T11:59:00.000Z' } // prettier-ignore
  changes.tell({ kind: 'directory', status: { ...filling, fill: allRows } })
  await flushPromises()
  expect(wrapper.text()).toContain('10,000 users · now who has which role and organization')
  changes.tell({ kind: 'directory', status: current })
  await flushPromises()
  expect(wrapper.text()).toBe('')
})

test('a tenant that cannot be followed is told with the moment the list is from, and why', async () => {
  const behind: DirectoryStatus = {
    ...current,
    state: 'behind',
    problem: { code: 'x', message: 'The tenant does not answer.', at: '2026-11-23T12:05:00.000Z' },
  }
  const { wrapper } = await mountPage(DirectoryBanner, { answers: () => json(behind) })
  await flushPromises()
  expect(wrapper.get('[role=status]').text()).toContain('The tenant cannot be followed just now')
  expect(wrapper.text()).toContain('Nov 23, 2026')
  expect(wrapper.text()).toContain('The tenant does not answer.')
})
