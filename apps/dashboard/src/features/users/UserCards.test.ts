import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fakeUsers } from '../../testing/fake-users.ts'
import { mountPage } from '../../testing/mount-page.ts'
import UsersPage from './UsersPage.vue'

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600)
  window.history.replaceState(null, '') // the row one comes back to
  vi.spyOn(window, 'matchMedia').mockImplementation(
    (query) =>
      Object.assign(new EventTarget(), { matches: query.includes('max-width'), media: query }) as MediaQueryList, // what a phone says of itself
  )
})
afterEach(() => {
  vi.restoreAllMocks()
  document.body.innerHTML = ''
})
enableAutoUnmount(afterEach)

async function open() {
  const page = await mountPage(UsersPage, { answers: fakeUsers(30).answers })
  await vi.waitFor(() => expect(page.wrapper.find('li[aria-posinset]').exists()).toBe(true), { timeout: 5000 })
  const cards = () => page.wrapper.findAll('li[aria-posinset]')
  const checked = () =>
    page.wrapper.findAll<HTMLInputElement>('li input[type=checkbox]').filter(({ element }) => element.checked).length
  return { ...page, cards, checked }
}

test('on a phone the users are a list of cards, and a touch opens one', async () => {
  const { wrapper, cards, router } = await open()
  expect(wrapper.find('[role=grid]').exists()).toBe(false)
  expect(cards()[2]?.text()).toContain('p2@example.com')
  await cards()[2]?.trigger('click')
  await vi.dynamicImportSettled()
  await vi.waitFor(() => expect(router.currentRoute.value.params).toEqual({ userId: 'auth0|2' }), { timeout: 5000 })
})

test('a long press selects, and then each touch does', async () => {
  const { cards, checked, router } = await open()
  await cards()[1]?.trigger('pointerdown')
  await vi.waitFor(() => expect(checked()).toBe(1))
  await cards()[1]?.trigger('pointerup')
  await cards()[1]?.trigger('click')
  await cards()[3]?.trigger('click')
  expect(checked()).toBe(2)
  expect(router.currentRoute.value.name).toBe('users')
})

test('without a long press, a button shows the checkboxes', async () => {
  const { wrapper, cards, checked } = await open()
  await wrapper.get('button[aria-label="Select users"]').trigger('click')
  await cards()[0]?.get('input').setValue(true)
  expect(checked()).toBe(1)
})
