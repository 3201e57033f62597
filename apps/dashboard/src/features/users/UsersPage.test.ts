import { enableAutoUnmount, flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { json, mountPage, pageOf, problem, someUser } from '../../testing/mount-page.ts'
import type { Answers } from '../../testing/mount-page.ts'
import '../user-page/UserPage.vue' // fetched with the route otherwise
import './ListState.vue'
import UsersPage from './UsersPage.vue'

const users = Array.from({ length: 30 }, (_, index) =>
  someUser({ userId: `auth0|${index}`, name: `Person ${index}`, email: `p${index}@example.com` }),
)

beforeEach(() => {
  // No layout here: the list is told how much room it has.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600)
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1200)
})
afterEach(() => {
  vi.restoreAllMocks()
  document.body.innerHTML = ''
})
enableAutoUnmount(afterEach) // before the rest of it: what is declared last comes first

async function open(answers: Answers, path?: string) {
  const page = await mountPage(UsersPage, { answers, hasDialogs: true, ...(path && { path }) })
  await flushPromises()
  await vi.dynamicImportSettled()
  await flushPromises()
  return page
}

test('while it loads it says so', async () => {
  const { wrapper } = await open(() => new Promise<Response>(() => undefined))
  expect(wrapper.get('[role=status]').text()).toBe('Loading users')
})

test('with nobody there it says that nobody has signed up', async () => {
  const { wrapper } = await open(() => pageOf([]))
  expect(wrapper.text()).toContain('Nobody has signed up yet')
})

test('with no match it names what was looked for, and clearing shows everybody', async () => {
  const { wrapper, router } = await open(
    (request) => pageOf(request.includes('filter=zzz') ? [] : users),
    '/?filter=zzz',
  )
  expect(wrapper.text()).toContain('No user matches “zzz”')
  await wrapper
    .findAll('button')
    .find((button) => button.text() === 'Clear search')
    ?.trigger('click')
  await flushPromises()
  expect(router.currentRoute.value.query).toEqual({})
  expect(wrapper.text()).toContain('30 users')
})

test('a failure is told with the request’s id, and another try mends it', async () => {
  let isBroken = true
  const { wrapper } = await open(() => (isBroken ? problem(503, 'The tenant cannot be reached.') : pageOf(users)))
  expect(wrapper.get('[role=alert]').text()).toContain('The tenant cannot be reached.')
  expect(wrapper.get('[role=alert]').text()).toContain('request-1')
  isBroken = false
  await wrapper.get('[role=alert] button').trigger('click')
  await flushPromises()
  expect(wrapper.find('[role=grid]').exists()).toBe(true)
})

test('when the tenant shows fewer than there are, the page says so', async () => {
  const { wrapper } = await open(() =>
    json({
      users,
      next: null,
      count: { users: 5000, isExact: true },
      reachable: 1000,
      freshness: { source: 'tenant', asOf: null },
    }),
  )
  expect(wrapper.text()).toContain('5,000 users')
  expect(wrapper.text()).toContain('The tenant shows the first 1,000')
})

test('the grid has one tab stop, moves by arrows, opens by Enter, and asks before it deletes', async () => {
  const { wrapper, router } = await open((request) =>
    request.endsWith('/preview') ? problem(503, 'The tenant cannot be reached.') : pageOf(users),
  )
  const grid = wrapper.get('[role=grid]')
  expect(grid.attributes('aria-rowcount')).toBe('31')
  const stops = () => grid.findAll('[tabindex="0"]')
  expect(stops()).toHaveLength(1)
  await grid.trigger('keydown', { key: 'ArrowDown' })
  await grid.trigger('keydown', { key: 'ArrowRight' })
  await flushPromises()
  // After the column of checkboxes and that of names.
  const placeOf = (cell: Element) => [cell.closest('[role=row]')?.getAttribute('aria-rowindex'), cell.getAttribute('data-column')] // prettier-ignore
  expect(stops().map(({ element }) => placeOf(element))).toEqual([['3', '2']])

  await grid.trigger('keydown', { key: 'Delete' })
  await flushPromises()
  await vi.waitFor(() => expect(document.querySelector('[role=dialog]')?.textContent).toContain('Delete Person 1 now?'))
  await grid.trigger('keydown', { key: 'Enter' })
  await flushPromises()
  await vi.waitFor(() => expect(router.currentRoute.value.params).toEqual({ userId: 'auth0|1' }))
})

test('without the permission to delete, the key does nothing', async () => {
  const { wrapper } = await mountPage(UsersPage, { answers: () => pageOf(users), permissions: ['read:users'] })
  await flushPromises()
  await wrapper.get('[role=grid]').trigger('keydown', { key: 'Delete' })
  await flushPromises()
  expect(document.querySelector('[role=dialog]')).toBeNull()
})

test('a header sorts, and sorts the other way when pressed again; the address says how', async () => {
  const { wrapper, router } = await open(() => pageOf(users))
  const press = async (name: string) => {
    const header = wrapper.findAll('[role=columnheader]').find((cell) => cell.text() === name)
    await header?.trigger('click')
    await flushPromises()
  }
  await press('Logins')
  expect(router.currentRoute.value.query).toEqual({ sort: '-logins_count' })
  await press('Logins')
  expect(router.currentRoute.value.query).toEqual({ sort: 'logins_count' })
  expect(
    wrapper
      .findAll('[role=columnheader]')
      .find((cell) => cell.text() === 'Logins')
      ?.attributes('aria-sort'),
  ).toBe('ascending')
})

test('a newer question ends the older one’s request, and its answer never shows', async () => {
  const signals: (AbortSignal | null | undefined)[] = []
  const { wrapper, router } = await open((request, signal) => {
    signals.push(signal)
    // The old answer comes only once nobody waits for it any more.
    if (request.includes('filter=old')) {
      return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(pageOf(users))))
    }
    return pageOf([someUser({ name: 'Newest' })])
  }, '/?filter=old')
  await router.replace('/?filter=new')
  await flushPromises()
  await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true))
  await vi.waitFor(() => expect(wrapper.text()).toContain('Newest'))
  expect(wrapper.text()).not.toContain('Person 0')
})
