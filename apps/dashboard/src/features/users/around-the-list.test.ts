import type { DirectoryStatus, Me } from '@rollcall/contracts/admin-api'
import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defineComponent, h, nextTick, ref } from 'vue'
import { fakeUsers } from '../../testing/fake-users.ts'
import { json, mountPage } from '../../testing/mount-page.ts'
import type { Answers } from '../../testing/mount-page.ts'
import UsersPage from './UsersPage.vue'

beforeEach(() => {
  // No layout here: the list is told how much room it has.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600)
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1200)
  Element.prototype.scrollIntoView = () => undefined
})
afterEach(() => {
  vi.restoreAllMocks()
  document.body.innerHTML = ''
})

const asOf = new Date(Date.now() - 3000).toISOString()
const directory: DirectoryStatus = { state: 'current', asOf, users: 20, fill: null, problem: null }

/** The page with what stands around its list, which is fetched after it. */
async function open(path: string, permissions?: Me['permissions']) {
  const people = fakeUsers(20)
  const answers: Answers = (...asked) => {
    if (asked[0].endsWith('/api/directory')) return json(directory)
    if (asked[0].endsWith('/api/views')) return json({ views: [] })
    return people.answers(...asked)
  }
  const page = await mountPage(UsersPage, { answers, path, ...(permissions && { permissions }) })
  await flushPromises()
  await vi.dynamicImportSettled()
  await flushPromises()
  return { ...page, people }
}

test('what is typed is in the address once the typing pauses, and is no step that Back undoes', async () => {
  const { wrapper, router, requests } = await open('/')
  const push = vi.spyOn(router, 'push')
  await wrapper.get('input[type=search]').setValue('Person 7')
  await vi.waitFor(() => expect(router.currentRoute.value.query).toEqual({ filter: 'Person 7' }))
  await vi.waitFor(() => expect(requests.some((request) => request.includes('filter=Person+7'))).toBe(true))
  expect(push).not.toHaveBeenCalled()
})

test('a condition taken away is a step that Back undoes', async () => {
  const { wrapper, router } = await open('/?filter=blocked:true')
  await vi.waitFor(() => expect(wrapper.find('[data-remove]').exists()).toBe(true))
  await wrapper.get('[data-remove]').trigger('click')
  await vi.waitFor(() => expect(router.currentRoute.value.query).toEqual({}))
  router.back()
  await vi.waitFor(() => expect(router.currentRoute.value.query).toEqual({ filter: 'blocked:true' }))
})

test('the list says how fresh it is, and what others change is brought up to date', async () => {
  const { wrapper, changes, people } = await open('/')
  await vi.waitFor(() => expect(wrapper.text()).toMatch(/As of \d+ seconds? ago/))
  expect(wrapper.text()).toContain('Person 3')
  people.change('auth0|3', 'Renamed')
  changes.tell({ kind: 'users', userIds: ['auth0|3'] })
  await vi.waitFor(() => expect(wrapper.text()).toContain('Renamed'))
})

test('who may not export is not offered it, by a button or by the palette', async () => {
  const allowed = await open('/')
  await vi.waitFor(() => expect(allowed.commands.value.export).toBeTypeOf('function'))
  allowed.wrapper.unmount()
  const { wrapper, commands } = await open('/', ['read:users'])
  await vi.waitFor(() => expect(commands.value.addFilter).toBeTypeOf('function'))
  expect(commands.value.export).toBeUndefined()
  expect(wrapper.text()).not.toContain('Export')
})

test('who comes back to the list finds it as it was', async () => {
  const isShown = ref(true)
  const host = defineComponent(() => () => (isShown.value ? h(UsersPage) : null))
  const { wrapper } = await mountPage(host, { answers: fakeUsers(20).answers })
  await vi.waitFor(() => expect(wrapper.text()).toContain('Person 3'))
  isShown.value = false
  await nextTick()
  isShown.value = true
  await nextTick()
  expect(wrapper.text()).toContain('Person 3')
})
