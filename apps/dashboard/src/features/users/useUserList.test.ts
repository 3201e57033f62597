import { useQueryClient } from '@tanstack/vue-query'
import type { QueryClient } from '@tanstack/vue-query'
import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { apiKey } from '../../api/api-client.ts'
import { injected } from '../../injection.ts'
import { fakeUsers } from '../../testing/fake-users.ts'
import { mountPage, problem, wholeUser } from '../../testing/mount-page.ts'
import { showOutcome } from '../actions/show-outcome.ts'
import type { ListQuestion } from './useListAddress.ts'
import { useUserList } from './useUserList.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  document.body.innerHTML = ''
})

const everybody: ListQuestion = { filter: '', sort: '-created_at', columns: ['name'] }

async function openList(server: ReturnType<typeof fakeUsers>, question = everybody) {
  const wanted = ref(question)
  const held: { list?: ReturnType<typeof useUserList>; client?: QueryClient } = {}
  const page = defineComponent(() => {
    const api = injected(apiKey)
    held.list = useUserList(api, wanted)
    held.client = useQueryClient()
    return () => h('p')
  })
  const { requests } = await mountPage(page, { answers: server.answers })
  const settle = async () => {
    await flushPromises()
    await vi.advanceTimersByTimeAsync(1000)
    await flushPromises()
  }
  await settle()
  const { list, client } = held
  if (!list || !client) throw new Error('The list was not set up.')
  const look = async (from: number, to = from + 20) => {
    list.look(from, to)
    await settle()
  }
  const lookAtAll = async () => {
    for (let before = -1; before < list.length.value;) {
      before = list.length.value
      await look(before - 20, before - 1)
    }
  }
  const names = () => Array.from({ length: list.length.value }, (_, row) => list.at(row)?.user?.name)
  return { list, client, wanted, look, lookAtAll, names, settle, requests }
}
const people = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `Person ${from + index}`)

test('the next page comes when its end is near, and everybody is there once', async () => {
  const { list, lookAtAll, names, requests } = await openList(fakeUsers(350))
  expect(list.length.value).toBe(100)
  await lookAtAll()
  expect(names()).toEqual(people(0, 350))
  expect(list.isComplete.value).toBe(true)
  const asked = requests.length
  list.look(330, 349)
  await flushPromises()
  expect(requests).toHaveLength(asked)
})

test('whoever goes on to the end gets ever longer pages, and each whole again when they come back', async () => {
  const { look, lookAtAll, names, requests } = await openList(fakeUsers(5000))
  await lookAtAll()
  const limits = requests.flatMap((request) => /[?&]limit=(\d+)/.exec(request)?.[1] ?? []).map(Number)
  expect(limits.slice(0, 6)).toEqual([100, 100, 100, 150, 225, 337])
  expect(Math.max(...limits)).toBe(500)
  await look(100)
  await look(400)
  expect(names().slice(300, 450)).toEqual(people(300, 450))
  expect(requests.at(-1)).toContain('limit=150')
})

test('pages far from view are let go of, and come again when one scrolls back', async () => {
  const { look, lookAtAll, list, requests } = await openList(fakeUsers(5000))
  await lookAtAll()
  expect(list.length.value).toBe(5000)
  expect(list.at(0)).toEqual({ userId: 'auth0|0', user: undefined })
  const asked = requests.length
  await look(0)
  expect(list.at(0)?.user?.name).toBe('Person 0')
  expect(requests.slice(asked)).toHaveLength(1)
})

test('rows that are only flown over are not fetched', async () => {
  const { list, look, lookAtAll, requests } = await openList(fakeUsers(5000))
  await lookAtAll()
  const asked = requests.length
  for (let row = 900; row > 0; row -= 100) list.look(row, row + 20)
  await look(0)
  expect(requests.slice(asked)).toHaveLength(1)
})

test('after a deletion nobody is skipped where the next page begins', async () => {
  const server = fakeUsers(120)
  const { list, client, lookAtAll, names } = await openList(server)
  server.leave('auth0|0')
  showOutcome(client, 'auth0|0', null)
  expect(list.count.value).toEqual({ users: 119, isExact: true })
  await lookAtAll()
  expect(names()).toEqual(people(1, 120))
})

test('who was changed here is shown as they are now, where they stand', async () => {
  const { list, client } = await openList(fakeUsers(20))
  showOutcome(client, 'auth0|3', wholeUser({ userId: 'auth0|3', name: 'Renamed', isBlocked: true }))
  expect(list.at(3)?.user).toMatchObject({ name: 'Renamed', isBlocked: true, columns: {} })
})

test('a next page that fails keeps what is there, and can be asked for again', async () => {
  const server = fakeUsers(180)
  const { list, look, settle } = await openList(server)
  server.breakDown(problem(503, 'The tenant cannot be reached.'))
  await look(80)
  expect(list.length.value).toBe(100)
  expect(list.moreProblem.value?.message).toBe('The tenant cannot be reached.')
  server.breakDown(undefined)
  list.retry()
  await settle()
  expect(list.length.value).toBe(180)
  expect(list.moreProblem.value).toBeNull()
})

test('a question that cannot be answered leaves the answer before it', async () => {
  const server = fakeUsers(30)
  const { list, wanted, settle, names } = await openList(server)
  server.breakDown(problem(400, 'There is no field “bad”.', 'filter-invalid'))
  wanted.value = { ...everybody, filter: 'bad:1' }
  await settle()
  expect(list.problem.value).toMatchObject({ code: 'filter-invalid' })
  expect(names()).toEqual(people(0, 30))
  expect(list.isOutdated.value).toBe(true)
})

test('the rows are there before their count, which is cut short until somebody asks or the end is reached', async () => {
  const { list, requests } = await openList(fakeUsers(150, { countedUpTo: 120 }))
  expect(requests).toEqual([expect.stringContaining('count=none'), 'GET /api/users/count?most=1000'])
  expect(list.count.value).toEqual({ users: 120, isExact: false })
  await list.countExactly()
  expect(list.count.value).toEqual({ users: 150, isExact: true })

  const other = await openList(fakeUsers(150, { countedUpTo: 120 }))
  await other.lookAtAll()
  expect(other.list.count.value).toEqual({ users: 150, isExact: true })
})

test('half a word is not counted', async () => {
  const server = fakeUsers(250, { countedUpTo: 120 })
  const { list, wanted, requests, settle } = await openList(server)
  const asked = requests.length
  for (const filter of ['P', 'Pe', 'Per']) {
    wanted.value = { ...everybody, filter }
    await vi.advanceTimersByTimeAsync(100)
  }
  expect(list.count.value).toEqual({ users: 100, isExact: false })
  await settle()
  const counts = requests.slice(asked).filter((request) => request.includes('/count'))
  expect(counts).toEqual(['GET /api/users/count?filter=Per&most=1000'])
})

test('another column is fetched for the rows in view, and they stay where they are', async () => {
  const { list, look, wanted, settle, requests } = await openList(fakeUsers(300))
  await look(0)
  const asked = requests.length
  wanted.value = { ...everybody, columns: ['name', 'email'] }
  await settle()
  expect(requests).toHaveLength(asked)
  wanted.value = { ...everybody, columns: ['name', 'nickname'] }
  await settle()
  expect(requests.slice(asked)).toHaveLength(1)
  expect(list.at(0)?.user?.columns).toEqual({ nickname: 'nickname of Person 0' })
  expect(list.length.value).toBe(100)
})

test('who was changed elsewhere changes in place; who left is marked until the list is opened anew', async () => {
  const server = fakeUsers(50)
  const { list, look, settle, requests } = await openList(server)
  await look(0)
  server.change('auth0|3', 'Renamed')
  server.leave('auth0|4')
  const asked = requests.length
  list.noteChanged(['auth0|3'])
  list.noteChanged(['auth0|4'])
  await settle()
  expect(requests.slice(asked)).toEqual(['GET /api/users/refresh?userIds=auth0%7C3%2Cauth0%7C4'])
  expect([list.at(3)?.user?.name, list.at(4)?.user?.name, list.at(5)?.user?.name]).toEqual([
    'Renamed',
    'Person 4',
    'Person 5',
  ])
  expect([...list.gone.value]).toEqual(['auth0|4'])
  expect(list.hasNews.value).toBe(false)
  await list.restart()
  await settle()
  expect(list.gone.value.size).toBe(0)
  expect(list.length.value).toBe(49)
})

test('somebody whom the list does not know is news, and nothing moves until they are asked for', async () => {
  const server = fakeUsers(50)
  const { list, look, settle } = await openList(server)
  await look(0)
  server.signUp('New')
  list.noteChanged(['auth0|New'])
  await settle()
  expect(list.hasNews.value).toBe(true)
  expect(list.at(0)?.user?.name).toBe('Person 0')
  await list.restart()
  await settle()
  expect(list.hasNews.value).toBe(false)
  expect(list.at(0)?.user?.name).toBe('New')
})

test('after many changes the rows in view are brought up to date, the others when one comes to them', async () => {
  const server = fakeUsers(300)
  const { list, look, settle } = await openList(server)
  await look(90)
  await look(190)
  server.change('auth0|5', 'Far')
  server.change('auth0|195', 'Near')
  list.noteChanged('many')
  await settle()
  expect(list.at(195)?.user?.name).toBe('Near')
  await look(0)
  expect(list.at(5)?.user?.name).toBe('Far')
})
