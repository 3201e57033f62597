import { DOMWrapper, flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { json, mountPage, problem, someUser } from '../../testing/mount-page.ts'
import type { Answers } from '../../testing/mount-page.ts'
import '../user-page/UserPage.vue' // fetched with the route otherwise
import CommandPalette from './CommandPalette.vue'
import { filterOfTyped } from './useUserSearch.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  Element.prototype.scrollIntoView = () => undefined // nothing is laid out here
})
afterEach(() => {
  vi.useRealTimers()
  document.body.innerHTML = ''
})

const ada = someUser({ userId: 'auth0|ada', name: 'Ada Lovelace', email: 'ada@example.com' })
const view = {
  id: '1',
  name: 'Gold plan',
  filter: 'app_metadata.plan:gold',
  sort: '-created_at',
  columns: ['name'],
  isMine: true,
  isShared: false,
}
const pageOf = (users: unknown[], next: string | null = null) =>
  json({ users, next, count: null, reachable: null, freshness: { source: 'directory', asOf: null } })

async function open(findUsers: Answers = () => pageOf([ada])) {
  const page = await mountPage(CommandPalette, {
    answers: (...asked) => (asked[0].includes('/views') ? json({ views: [view] }) : findUsers(...asked)),
  })
  await flushPromises()
  const box = new DOMWrapper(document.querySelector('input') as HTMLInputElement)
  const type = async (text: string) => {
    await box.setValue(text)
    await vi.advanceTimersByTimeAsync(150)
    await flushPromises()
  }
  const press = async (key: string) => {
    await box.trigger('keydown', { key })
    await flushPromises()
  }
  const options = () => [...document.querySelectorAll('[role=option]')].map(({ textContent }) => textContent?.trim())
  const active = () => document.getElementById(box.attributes('aria-activedescendant') ?? '')?.textContent?.trim()
  return { ...page, box, type, press, options, active }
}

test('with nothing typed it shows where one can go and what one can do', async () => {
  const { options, box } = await open()
  expect(options()).toEqual(
    expect.arrayContaining(['Never signed in', 'Gold plan', 'Insights', 'Copy a link to this page', 'Sign out']),
  )
  expect(document.activeElement).toBe(box.element)
})

test('it finds users while one types, and Enter opens the first', async () => {
  const { type, press, requests, router, active, wrapper } = await open()
  await type('ada lo')
  expect(requests).toContain('GET /api/users?filter=ada+lo&limit=6')
  expect(active()).toContain('Ada Lovelace')
  await press('Enter')
  expect(wrapper.emitted('close')).toHaveLength(1)
  expect(router.currentRoute.value.params).toEqual({ userId: 'auth0|ada' })
})

test('arrows choose, round the end too, and users who arrive later do not move the choice', async () => {
  const { box, press, active, type } = await open(() => pageOf([ada]))
  await box.setValue('gold')
  expect(active()).toBe('Gold plan')
  await press('ArrowDown')
  expect(active()).toBe('Gold plan')
  await type('gold')
  expect(active()).toBe('Gold plan')
  await press('ArrowUp')
  expect(active()).toContain('Ada Lovelace')
  await press('ArrowUp')
  expect(active()).toBe('Gold plan')
})

test('nobody who was found for less than is typed now is opened by Enter', async () => {
  const { box, type, press, options, active, router } = await open()
  await type('th')
  expect(active()).toContain('Ada Lovelace')
  await box.setValue('theme dark')
  expect(options()[0]).toContain('Ada Lovelace')
  expect(active()).toBe('Theme: dark')
  await press('Enter')
  expect(router.currentRoute.value.name).toBe('users')
})

test('more users than are shown are a list away', async () => {
  const { type, options, router, press } = await open(() => pageOf([ada], 'more'))
  await type('connection:github')
  expect(options()).toContain('Show all users who match “connection:github”')
  await press('ArrowDown')
  await press('Enter')
  expect(router.currentRoute.value).toMatchObject({ name: 'users', query: { filter: 'connection:github' } })
})

test('a view opens with all that it keeps', async () => {
  const { type, press, router } = await open(() => pageOf([]))
  await type('gold')
  await press('Enter')
  expect(router.currentRoute.value.query).toEqual({ filter: 'app_metadata.plan:gold', columns: 'name' })
})

test('what the open page offers can be done from here', async () => {
  const { commands, options, type, press, wrapper } = await open(() => pageOf([]))
  expect(options()).not.toContain('Export users')
  const exportUsers = vi.fn()
  commands.value = { export: exportUsers }
  await flushPromises()
  await type('exp us')
  expect(options()).toEqual(['Export users'])
  await press('Enter')
  expect(wrapper.emitted('close')).toHaveLength(1)
  expect(exportUsers).toHaveBeenCalledOnce()
})

test('when nothing matches, and when users cannot be looked for, it says so', async () => {
  let isBroken = false
  const { type } = await open(() => (isBroken ? problem(503, 'Not now.') : pageOf([])))
  const told = () => document.querySelector('[role=dialog] [role=status]')?.textContent
  await type('zzz')
  expect(told()).toBe('Nothing matches “zzz”.')
  isBroken = true
  await type('insights')
  expect(told()).toBe('Users could not be looked for.')
})

test.each([
  ['ada blocked:true', 'ada blocked:true'],
  ['foo:bar', '"foo:bar"'],
])('what is typed is a filter, or else text: %s', (typed, filter) => {
  expect(filterOfTyped(typed)).toBe(filter)
})
