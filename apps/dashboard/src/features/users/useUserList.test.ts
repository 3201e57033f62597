import { flushPromises } from '@vue/test-utils'
import type { UserSummary } from '@rollcall/contracts/admin-api'
import { afterEach, expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { apiKey } from '../../api/api-client.ts'
import { injected } from '../../injection.ts'
import { json, mountPage, problem, someUser } from '../../testing/mount-page.ts'
import { useDeleteUser } from './useDeleteUser.ts'
import { useUserList } from './useUserList.ts'

afterEach(() => {
  document.body.innerHTML = ''
})

/** A tenant that pages by number, as Auth0 does: what is deleted moves the rest up. */
function tenantOf(count: number) {
  let people = Array.from({ length: count }, (_, index) => someUser({ userId: `auth0|${index}`, name: `${index}` }))
  let isBroken = false
  return {
    breakDown: (now: boolean) => (isBroken = now),
    signUp: () => (people = [someUser({ userId: `auth0|new ${people.length}` }), ...people]),
    answer: (request: string) => {
      if (isBroken) return problem(503, 'The tenant cannot be reached.')
      const url = new URL(request.split(' ')[1] ?? '', 'http://localhost')
      if (request.startsWith('DELETE')) {
        people = people.filter(({ userId }) => userId !== decodeURIComponent(url.pathname.split('/').at(-1) ?? ''))
        return new Response(null, { status: 204 })
      }
      const page = Number(url.searchParams.get('page'))
      const perPage = Number(url.searchParams.get('perPage'))
      const users = people.slice(page * perPage, (page + 1) * perPage)
      return json({ users, page, perPage, total: people.length, reachable: people.length })
    },
  }
}

async function openList(tenant: ReturnType<typeof tenantOf>) {
  const held: { list?: ReturnType<typeof useUserList>; remove?: (user: UserSummary) => Promise<unknown> } = {}
  const page = defineComponent(() => {
    const api = injected(apiKey)
    held.list = useUserList(api, { sort: '-createdAt', search: '' })
    held.remove = useDeleteUser(api).mutateAsync
    return () => h('p')
  })
  const { requests } = await mountPage(page, { answers: tenant.answer })
  await flushPromises()
  const { list, remove } = held
  if (!list || !remove) throw new Error('The list was not set up.')
  const loadMore = async () => {
    const before = requests.length
    list.loadMore()
    await vi.waitFor(() => expect(requests.length).toBeGreaterThan(before))
    await flushPromises()
  }
  return { list, remove, loadMore, requests }
}

const names = (list: ReturnType<typeof useUserList>) => list.users.value.map(({ name }) => name)

test('after a deletion nobody is skipped where the next page begins', async () => {
  const { list, remove, loadMore } = await openList(tenantOf(120))
  const first = list.users.value[0]
  if (!first) throw new Error('The list is empty.')
  await remove(first)
  expect(list.total.value).toBe(119)
  while (list.users.value.length < 119) await loadMore()
  expect(names(list)).toEqual(Array.from({ length: 119 }, (_, index) => `${index + 1}`))
})

test('somebody signing up while one scrolls shows nobody twice, and ends', async () => {
  const tenant = tenantOf(120)
  const { list, loadMore, requests } = await openList(tenant)
  tenant.signUp()
  for (let step = 0; step < 4; step += 1) await loadMore()
  expect(names(list)).toEqual(Array.from({ length: 120 }, (_, index) => `${index}`))
  const asked = requests.length
  list.loadMore()
  await flushPromises()
  expect(requests).toHaveLength(asked)
})

test('a next page that fails keeps what is there, and can be asked for again', async () => {
  const tenant = tenantOf(80)
  const { list, loadMore } = await openList(tenant)
  tenant.breakDown(true)
  await loadMore()
  expect(list.users.value).toHaveLength(50)
  expect(list.problem.value?.message).toBe('The tenant cannot be reached.')
  tenant.breakDown(false)
  list.retry()
  await vi.waitFor(() => expect(list.users.value).toHaveLength(80))
  expect(list.problem.value).toBeNull()
})
