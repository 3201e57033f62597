import { DOMWrapper, enableAutoUnmount, flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { h } from 'vue'
import { json, mountPage, problem, wholeUser } from '../../testing/mount-page.ts'
import type { Answers } from '../../testing/mount-page.ts'
import ToastList from '../../ui/ToastList.vue'
import { askFor } from './asked.ts'

const body = new DOMWrapper(document.body)
afterEach(() => (document.body.innerHTML = ''))
enableAutoUnmount(afterEach)

const identifiers = { email: 'required', username: 'none', phoneNumber: 'none' }
const connections = [
  { name: 'main', displayName: null, kind: 'database', identifiers, obstacle: null },
  { name: 'texts', displayName: 'Texts', kind: 'sms', identifiers: { email: 'none', username: 'none', phoneNumber: 'required' }, obstacle: null },
  { name: 'own', displayName: null, kind: 'database', identifiers, obstacle: { code: 'own-database', message: 'x' } },
] // prettier-ignore
const run = { runId: '00000000-0000-4000-8000-000000000001', action: 'user.create', userId: 'auth0|new', undo: { isPossible: true, until: null, why: null }, steps: [], changes: [] } // prettier-ignore

async function ask(words: string, { isTaken = false, isLost = false, isPartly = false } = {}) {
  const sent: { request: string; body: { params: Record<string, unknown> }; key: string | undefined }[] = []
  let posts = 0
  const answers: Answers = (request, _signal, asked, key) => {
    if (request === 'GET /api/connections') return json({ connections })
    sent.push({ request, body: asked as { params: Record<string, unknown> }, key })
    if (request.endsWith('/preview')) {
      const there = isTaken ? 'auth0|there' : isPartly && posts > 0 ? 'auth0|new' : undefined
      const obstacle = there ? { code: 'user-exists', message: 'Somebody has it.', userIds: [there] } : null
      return json({ action: words, userId: null, changes: [], warnings: [], obstacle, undo: { isPossible: true, why: null }, needsReason: false }) // prettier-ignore
    }
    posts += 1
    if (isPartly) {
      const steps = [{ step: 'create', result: 'done', problem: null }, { step: 'send-mail', result: 'failed', problem: { code: 'x', message: 'No mail goes out.' } }] as const // prettier-ignore
      return problem(502, 'Not done: send-mail', 'partly-done', { steps: [...steps], userId: 'auth0|new' })
    }
    if (posts === 1 && isLost) return problem(502, 'No answer.', 'unknown')
    const shownOnce = words === 'user.invite' ? { link: 'https://tenant.example/t', expiresAt: '2026-03-01T00:00:00.000Z' } : null // prettier-ignore
    return json({ run, user: wholeUser({ userId: 'auth0|new', name: 'Newton' }), shownOnce })
  }
  const done = vi.fn()
  await mountPage(
    { render: () => h(ToastList) },
    { answers, hasDialogs: true, permissions: ['create:users', 'read:users'] },
  )
  askFor({ user: null, words, onDone: done })
  await flushPromises()
  const write = async (label: string, text: string) => {
    const id =
      body
        .findAll('label')
        .find((one) => one.text() === label)
        ?.attributes('for') ?? ''
    await body.get(`[id="${id}"]`).setValue(text)
    await vi.waitFor(() => expect(sent).not.toEqual([])) // looked at, once the typing has paused
    await flushPromises()
  }
  const press = async (text: string) => {
    await body.findAll('button').find((one) => one.text() === text)?.trigger('submit') // prettier-ignore
    await flushPromises()
  }
  return { sent, done, write, press }
}

test('somebody is made from what their connection asks for, and the password goes with the deed alone', async () => {
  const { sent, done, write, press } = await ask('user.create')
  expect(body.findAll('option').map((one) => one.text())).toEqual(['main', 'Texts (code by text message)'])
  await write('E-mail address', 'newton@example.com')
  await write('Password', 'Correct-Horse-9')
  await press('Make the user')
  expect(sent.map(({ request }) => request).at(-1)).toBe('POST /api/users/actions/user.create')
  expect(sent.filter(({ body: { params } }) => 'password' in params)).toHaveLength(1)
  expect(sent.at(-1)?.body.params).toEqual({ connection: 'main', email: 'newton@example.com', isEmailVerified: false, password: 'Correct-Horse-9' }) // prettier-ignore
  expect(done).toHaveBeenCalledWith(expect.objectContaining({ userId: 'auth0|new' }))
  expect(body.text()).not.toContain('vouch') // not for who may not
})

test('where the address is taken, the dialog leads to whose it is', async () => {
  const { write } = await ask('user.create', { isTaken: true })
  await write('E-mail address', 'there@example.com')
  expect(body.get('[role=dialog] a').attributes('href')).toBe('/users/auth0|there')
  expect(body.get('[type=submit]').attributes('disabled')).toBeDefined()
})

test('a link for who is invited stays until it is put away, and only then the page goes on', async () => {
  const { done, write, press } = await ask('user.invite')
  expect(body.findAll('option')).toHaveLength(0) // of databases there is one
  await write('E-mail address', 'newton@example.com')
  await press('Invite them')
  expect(body.get('[role=dialog]').text()).toContain('https://tenant.example/t')
  expect(done).not.toHaveBeenCalled()
  await body.findAll('[role=dialog] button').find((one) => one.text() === 'Close')?.trigger('click') // prettier-ignore
  expect(done).toHaveBeenCalledOnce()
})

test('of an invitation that was done in part, the dialog leads to who was made', async () => {
  const { done, write, press } = await ask('user.invite', { isPartly: true })
  await write('E-mail address', 'newton@example.com')
  await press('Invite them')
  await flushPromises()
  const dialog = body.get('[role=dialog]')
  expect(dialog.text()).toMatch(/No mail goes out.*They are there/s)
  expect(dialog.findAll('a').map((link) => link.attributes('href'))).toEqual(['/users/auth0|new'])
  expect(dialog.text()).not.toContain('Somebody has it')
  expect(body.get('[type=submit]').attributes('disabled')).toBeDefined()
  expect(done).not.toHaveBeenCalled()
})

test('an answer that was lost is asked for again by the same key', async () => {
  const { sent, write, press } = await ask('user.create', { isLost: true })
  await write('E-mail address', 'newton@example.com')
  await press('Make the user')
  await press('Make the user')
  const keys = sent.filter(({ request }) => request.endsWith('user.create')).map(({ key }) => key)
  expect([keys.length, new Set(keys).size]).toEqual([2, 1])
})
