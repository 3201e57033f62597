import type { UserNote } from '@rollcall/contracts/admin-api'
import { DOMWrapper, enableAutoUnmount, flushPromises } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import { json, mountPage, problem, wholeUser } from '../../testing/mount-page.ts'
import UserPage from '../user-page/UserPage.vue'

const body = new DOMWrapper(document.body)
afterEach(() => {
  document.body.innerHTML = ''
  sessionStorage.clear()
})
enableAutoUnmount(afterEach) // before the rest of it: what is declared last comes first

const note = (noteId: string, changes: Partial<UserNote> = {}): UserNote => ({
  noteId,
  authorId: 'auth0|staff',
  text: 'Wants a refund.',
  createdAt: '2026-02-01T10:00:00.000Z',
  editedAt: null,
  ...changes,
})

interface Options {
  notes?: UserNote[]
  permissions?: ('read:users' | 'update:users')[]
  refuse?: () => Response
}

async function open({ notes = [], permissions = ['read:users', 'update:users'], refuse }: Options = {}) {
  const server = { notes, tags: ['VIP'] }
  const sent: [string, unknown][] = []
  const page = await mountPage(UserPage, {
    path: '/users/auth0%7C1/notes',
    props: { userId: 'auth0|1', tab: 'notes' },
    permissions,
    answers: (request, _signal, content) => {
      const [method, path = ''] = request.split(' ')
      if (method !== 'GET') {
        sent.push([request, content])
        if (refuse) return refuse()
        if (path.endsWith('/tags')) server.tags = (content as { tags: string[] }).tags
        if (method === 'POST') server.notes = [note('new', content as { text: string }), ...server.notes]
        if (method === 'DELETE') server.notes = server.notes.filter(({ noteId }) => !path.endsWith(noteId))
        return path.endsWith('/tags') ? json({ tags: server.tags }) : json(note('new'))
      }
      if (path === '/api/users/auth0%7C1') return json(wholeUser())
      if (path.endsWith('/notes')) return json({ notes: server.notes })
      if (path.endsWith('%7C1/tags')) return json({ tags: server.tags })
      if (path === '/api/tags') return json({ tags: [{ tag: 'VIP', users: 3 }, { tag: 'needs call', users: 2 }] }) // prettier-ignore
      return problem(502, 'Not what this is about.')
    },
  })
  await flushPromises()
  const card = (title: string) =>
    page.wrapper.findAll('section').find((one) => one.find('h2').exists() && one.get('h2').text() === title)
  const press = async (label: string) => {
    await body.findAll('button').find((one) => (one.attributes('aria-label') ?? one.text()) === label)?.trigger('click') // prettier-ignore
    await flushPromises()
  }
  return { ...page, sent, press, card }
}

test('a note is added, and shown as the plain text it is', async () => {
  const { card, sent, press } = await open()
  expect(card('Notes')?.text()).toContain('Nobody has noted anything.')
  await card('Notes')?.get('textarea').setValue('  <img src=x onerror=alert(1)>\nsecond line ')
  await press('Add note')
  expect(sent).toEqual([
    ['POST /api/users/auth0%7C1/notes', { text: '<img src=x onerror=alert(1)>\nsecond line' }],
  ]) // prettier-ignore
  expect(card('Notes')?.find('img').exists()).toBe(false)
  expect(card('Notes')?.get('li').text()).toContain('<img src=x onerror=alert(1)>\nsecond line')
  expect(card('Notes')?.get('textarea').element.value).toBe('')
})

test('one edits and deletes one’s own note, after being asked, and nobody else’s', async () => {
  const { card, sent, press } = await open({ notes: [note('mine'), note('theirs', { authorId: 'auth0|other' })] })
  expect(
    card('Notes')
      ?.findAll('button')
      .filter((one) => one.text() === 'Edit note'),
  ).toHaveLength(1)
  expect(
    card('Notes')
      ?.findAll('button')
      .filter((one) => one.text() === 'Delete note'),
  ).toHaveLength(1)
  await press('Edit note')
  const editor = card('Notes')?.get<HTMLTextAreaElement>('li textarea')
  expect([editor?.element.value, document.activeElement]).toEqual(['Wants a refund.', editor?.element])
  await editor?.setValue('Wants nothing.')
  await press('Save note')
  await press('Delete note')
  expect(document.activeElement?.textContent).toBe('Keep it')
  expect(sent).toEqual([['PUT /api/users/auth0%7C1/notes/mine', { text: 'Wants nothing.' }]])
  await press('Delete note')
  expect(sent.at(-1)?.[0]).toBe('DELETE /api/users/auth0%7C1/notes/mine')
  expect(card('Notes')?.findAll('li')).toHaveLength(1)
})

test('a note that was not saved outlives a refusal and a reload, and is asked about before the page is left', async () => {
  const first = await open({ refuse: () => problem(409, 'Of nobody there are more than 200 notes.') })
  await first.card('Notes')?.get('textarea').setValue('Half a thought')
  await first.press('Add note')
  expect(first.card('Notes')?.get('[role=alert]').text()).toContain('more than 200 notes')
  first.wrapper.unmount()

  const { card, router, press } = await open()
  expect(card('Notes')?.get('textarea').element.value).toBe('Half a thought')
  const leaving = router.push('/')
  await flushPromises()
  expect(body.get('[role=dialog]').text()).toContain('unsaved changes to Ada Lovelace: Note.')
  await press('Discard and leave')
  await leaving
  expect(router.currentRoute.value.path).toBe('/')
})

test('what was being written of a note that somebody has deleted becomes a new one', async () => {
  const first = await open({ notes: [note('mine')] })
  await first.press('Edit note')
  await first.card('Notes')?.get('li textarea').setValue('Wants nothing.')
  first.wrapper.unmount()
  const { card } = await open()
  expect(card('Notes')?.get('textarea').element.value).toBe('Wants nothing.')
})

test('tags are added with what is known offered, removed, and lead to all who have them', async () => {
  const { card, sent, press } = await open()
  const tags = () => card('Tags')
  expect(tags()?.findAll('option').map((one) => one.attributes('value'))).toEqual(['needs call']) // prettier-ignore
  expect(tags()?.get('li a').attributes('href')).toBe('/?filter=tag:VIP')
  await tags()?.get('input').setValue('vip, needs call')
  await tags()?.get('form').trigger('submit')
  await flushPromises()
  expect(sent.at(-1)?.[1]).toEqual({ tags: ['VIP', 'needs call'], basedOn: ['VIP'] })
  await press('Remove the tag VIP')
  expect(sent.at(-1)?.[1]).toEqual({ tags: ['needs call'], basedOn: ['VIP', 'needs call'] })
  expect(tags()?.findAll('li').map((one) => one.text())).toEqual(['needs call']) // prettier-ignore
  expect(document.activeElement).toBe(tags()?.get('input').element)
})

test('who may only read has nothing to write with', async () => {
  const { card, requests } = await open({ notes: [note('mine')], permissions: ['read:users'] })
  expect(card('Notes')?.text()).toContain('Wants a refund.')
  expect([card('Notes')?.findAll('button, textarea'), card('Tags')?.findAll('button, input')]).toEqual([[], []])
  expect(requests).not.toContain('GET /api/tags')
})
