import type { DirectoryStatus, View } from '@rollcall/contracts/admin-api'
import { DOMWrapper, flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { json, mountPage, problem } from '../../testing/mount-page.ts'
import { dismissToast, shownToasts } from '../../ui/toasts.ts'
import type { ListQuestion } from './list-question.ts'
import ViewsBar from './ViewsBar.vue'

beforeEach(() => {
  Element.prototype.scrollIntoView = () => undefined // nothing is laid out here
})
afterEach(() => {
  vi.useRealTimers()
  shownToasts.value.forEach(({ id }) => dismissToast(id))
  document.body.innerHTML = ''
})

const columns = ['name', 'email']
const everyone: ListQuestion = { filter: '', sort: '-created_at', columns }
const admins: View = {
  id: '00000000-0000-4000-8000-000000000001',
  name: 'Admins',
  filter: 'role:admin',
  sort: 'name',
  columns,
  isShared: false,
  isMine: true,
  updatedAt: '2026-11-23T12:00:00.000Z',
}
const directory: DirectoryStatus = { state: 'current', asOf: null, users: 10, fill: null, problem: null }

/** A server that keeps views, as the test finds them. */
function aServer(views: View[] = [admins], status: DirectoryStatus = directory) {
  const sent: { method: string; body: unknown }[] = []
  let numbers = 7
  const answers = async (request: string, _signal: unknown, body?: unknown) => {
    const [method = '', address = ''] = request.split(' ')
    const { pathname } = new URL(address, 'http://localhost')
    if (pathname === '/api/directory') return json(status)
    if (pathname === '/api/users/count') return json({ users: numbers, isExact: true })
    if (method === 'GET') return json({ views })
    sent.push({ method, body })
    if (method === 'DELETE') {
      views = views.filter(({ id }) => !pathname.endsWith(id))
      return new Response(null, { status: 204 })
    }
    const id = method === 'PUT' ? (pathname.split('/').at(-1) ?? '') : '00000000-0000-4000-8000-000000000002'
    const saved: View = { ...(body as View), id, isMine: true, updatedAt: '2026-11-23T12:00:00.000Z' }
    views = [...views.filter((view) => view.id !== id), saved]
    return json(saved)
  }
  return { answers, sent, setCount: (users: number) => (numbers = users) }
}

async function open(question: ListQuestion, server = aServer(), permissions?: ('read:users' | 'manage:views')[]) {
  const page = await mountPage(ViewsBar, {
    answers: server.answers,
    props: { question },
    ...(permissions && { permissions }),
  })
  await flushPromises()
  return { ...page, server }
}

const textOf = (links: DOMWrapper<Element>[]) => links.map((link) => link.text())
const dialog = () => new DOMWrapper(document.querySelector('[role=dialog]') as Element)

async function choose(wrapper: Awaited<ReturnType<typeof open>>['wrapper'], label: string) {
  await wrapper.get('button[aria-haspopup=menu]').trigger('keydown', { key: 'Enter' })
  await flushPromises()
  const item = [...document.querySelectorAll('[role=menuitem]')].find(
    ({ textContent }) => textContent?.trim() === label,
  )
  if (!item) throw new Error(`The menu has no “${label}”.`)
  await new DOMWrapper(item).trigger('click')
  await flushPromises()
}

test('segments and saved views are links with how many users each has now', async () => {
  const { wrapper } = await open(everyone)
  expect(textOf(wrapper.findAll('li a')).map((text) => text.replace(/\s+/g, ' '))).toEqual([
    'Everyone 7',
    'Never signed in 7',
    'Unverified for 30 days 7',
    'Not seen for a year 7',
    'Blocked 7',
    'No MFA 7',
    'Same e-mail twice 7',
    'Admins 7',
  ])
  expect(wrapper.findAll('a').at(-1)?.attributes('href')).toBe('/?filter=role:admin&sort=name&columns=name,email')
  expect(wrapper.get('[aria-current=true]').text()).toContain('Everyone')
})

test('counting waits for a pause in the changes, and asks each question once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { wrapper, server, requests, changes } = await open(everyone)
  const counted = () => requests.filter((request) => request.includes('/count')).length
  const first = counted()
  server.setCount(8)
  for (let times = 0; times < 5; times += 1) changes.tell({ kind: 'users', userIds: ['auth0|1'] })
  await flushPromises()
  expect(counted()).toBe(first)
  await vi.advanceTimersByTimeAsync(10_000)
  await flushPromises()
  expect(counted()).toBe(2 * first)
  expect(wrapper.get('[aria-current=true]').text()).toContain('8')
})

test('without a directory nothing is counted: each number would be a request of the tenant', async () => {
  const { requests } = await open(everyone, aServer([admins], { ...directory, state: 'off' }))
  expect(requests.filter((request) => request.includes('/count'))).toEqual([])
})

test('a question that no view has can be saved as one', async () => {
  const server = aServer([])
  const { wrapper } = await open({ ...everyone, filter: 'connection:github' }, server)
  await wrapper.get('button').trigger('click')
  await vi.waitFor(() => expect(document.querySelector('[role=dialog]')).not.toBeNull())
  await dialog().get('input[type=text]').setValue('  From GitHub ')
  await dialog().get('input[type=checkbox]').setValue(true)
  await dialog().get('form').trigger('submit')
  await flushPromises()
  expect(server.sent).toEqual([
    {
      method: 'POST',
      body: { name: 'From GitHub', filter: 'connection:github', sort: '-created_at', columns, isShared: true },
    },
  ])
  expect(document.querySelector('[role=dialog]')).toBeNull()
  expect(textOf(wrapper.findAll('[aria-current=true]'))[0]).toContain('From GitHub')
})

test('who may not share views is not asked whether to', async () => {
  const { wrapper } = await open({ ...everyone, filter: 'x' }, aServer([]), ['read:users'])
  await wrapper.get('button').trigger('click')
  await vi.waitFor(() => expect(document.querySelector('[role=dialog]')).not.toBeNull())
  expect(dialog().find('input[type=checkbox]').exists()).toBe(false)
})

test('a view that is not saved keeps the dialog and what was typed, and says why', async () => {
  const { wrapper } = await mountPage(ViewsBar, {
    answers: (request) => {
      if (request.startsWith('POST')) return problem(400, 'The name is taken.')
      if (request.includes('/count')) return json({ users: 1, isExact: true })
      return json(request.includes('directory') ? directory : { views: [] })
    },
    props: { question: { ...everyone, filter: 'x' } },
  })
  await flushPromises()
  await wrapper.get('button').trigger('click')
  await vi.waitFor(() => expect(document.querySelector('[role=dialog]')).not.toBeNull())
  await dialog().get('input[type=text]').setValue('Mine')
  await dialog().get('form').trigger('submit')
  await flushPromises()
  expect(dialog().get('[role=alert]').text()).toContain('The name is taken.')
  expect(dialog().get<HTMLInputElement>('input[type=text]').element.value).toBe('Mine')
})

test('a view that was changed says so, and can be brought up to what is shown', async () => {
  const { wrapper, server } = await open({ filter: 'role:admin', sort: 'name', columns })
  expect(textOf(wrapper.findAll('[aria-current=true]'))[0]).toContain('Admins')
  await wrapper.setProps({ question: { filter: 'role:admin blocked:true', sort: 'name', columns } })
  expect(wrapper.findAll('[aria-current=true]')).toHaveLength(0)
  expect(wrapper.text()).toContain('changed')
  await choose(wrapper, 'Update to what is shown')
  expect(server.sent).toEqual([
    {
      method: 'PUT',
      body: { name: 'Admins', filter: 'role:admin blocked:true', sort: 'name', columns, isShared: false },
    },
  ])
  expect(textOf(wrapper.findAll('[aria-current=true]'))[0]).toContain('Admins')
})

test('a deleted view can be had back', async () => {
  const { wrapper, server } = await open({ filter: 'role:admin', sort: 'name', columns })
  await choose(wrapper, 'Delete view')
  expect(wrapper.text()).not.toContain('Admins')
  const [told] = shownToasts.value
  expect(told?.text).toBe('Deleted the view “Admins”.')
  await told?.action?.run()
  await flushPromises()
  expect(server.sent.map(({ method }) => method)).toEqual(['DELETE', 'POST'])
  expect(wrapper.text()).toContain('Admins')
})

test('another’s shared view can be copied, not changed, without the permission', async () => {
  const theirs: View = { ...admins, isShared: true, isMine: false }
  const { wrapper } = await open({ filter: 'role:admin', sort: 'name', columns }, aServer([theirs]), ['read:users'])
  await wrapper.get('button[aria-haspopup=menu]').trigger('keydown', { key: 'Enter' })
  await flushPromises()
  expect([...document.querySelectorAll('[role=menuitem]')].map(({ textContent }) => textContent?.trim())).toEqual([
    'Save as a new view',
  ])
})

test('a view that somebody else saves is there at once', async () => {
  const server = aServer([])
  const { wrapper, changes } = await open(everyone, server)
  await server.answers('POST /api/views', undefined, { ...admins, name: 'New ones', isShared: true })
  changes.tell({ kind: 'views' })
  await flushPromises()
  expect(wrapper.text()).toContain('New ones')
})
