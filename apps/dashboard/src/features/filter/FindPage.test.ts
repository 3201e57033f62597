import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { json, mountPage, problem, someUser } from '../../testing/mount-page.ts'
import type { Answers } from '../../testing/mount-page.ts'
import { dismissToast, shownToasts } from '../../ui/toasts.ts'
import '../user-page/UserPage.vue' // fetched with the route otherwise
import FindPage from './FindPage.vue'

afterEach(() => {
  shownToasts.value.forEach(({ id }) => dismissToast(id))
  document.body.innerHTML = ''
})

const ada = someUser({ userId: 'auth0|ada' })
const freshness = { source: 'directory', asOf: null }
const found = (users: unknown[], count: number) =>
  json({
    users,
    next: count > users.length ? 'x' : null,
    count: { users: count, isExact: true },
    reachable: null,
    freshness,
  })

async function follow(answers: Answers) {
  const page = await mountPage(FindPage, { answers, path: '/find?find=app_metadata.crm_id:003X' })
  await flushPromises()
  return page
}

test('a link to somebody whom only one user can be opens that user', async () => {
  const { router, requests } = await follow(() => found([ada], 1))
  expect(requests).toEqual(['GET /api/users?filter=app_metadata.crm_id%3A003X&limit=2'])
  await vi.waitFor(() => expect(router.currentRoute.value.params).toEqual({ userId: 'auth0|ada' }))
})

test('a link that several users match opens the list of them, and says how many', async () => {
  const { router } = await follow(() => found([ada, someUser()], 3))
  await vi.waitFor(() => expect(router.currentRoute.value.name).toBe('users'))
  expect(router.currentRoute.value.query).toEqual({ filter: 'app_metadata.crm_id:003X' })
  expect(shownToasts.value.map(({ text }) => text)).toEqual(['3 users match app_metadata.crm_id:003X.'])
})

test('a link that nobody matches says so', async () => {
  const { router } = await follow(() => found([], 0))
  await vi.waitFor(() => expect(router.currentRoute.value.name).toBe('users'))
  expect(shownToasts.value.map(({ text }) => text)).toEqual(['Nobody matches app_metadata.crm_id:003X.'])
})

test('a link that cannot be read is shown in the list, where its fault is explained', async () => {
  const { router } = await follow(() => problem(400, 'It cannot be read.'))
  await vi.waitFor(() => expect(router.currentRoute.value.query).toEqual({ filter: 'app_metadata.crm_id:003X' }))
})

test('a server that does not answer can be asked again', async () => {
  let isBroken = true
  const { wrapper, router } = await follow(() => (isBroken ? problem(503, 'Not now.') : found([ada], 1)))
  expect(wrapper.get('[role=alert]').text()).toContain('Not now.')
  isBroken = false
  await wrapper.get('[role=alert] button').trigger('click')
  await vi.waitFor(() => expect(router.currentRoute.value.name).toBe('user'))
})

test('the address of the list with a question leads here', async () => {
  const { createRouterFor } = await import('../../router.ts')
  const router = createRouterFor('/')
  await router.push('/?find=name:Ada')
  expect(router.currentRoute.value).toMatchObject({ name: 'find', query: { find: 'name:Ada' } })
})
