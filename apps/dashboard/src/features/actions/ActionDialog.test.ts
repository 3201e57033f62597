import { DOMWrapper, enableAutoUnmount, flushPromises } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import { h } from 'vue'
import { i18n } from '../../i18n.ts'
import { fakeActions } from '../../testing/fake-actions.ts'
import { json, mountPage, problem, someUser } from '../../testing/mount-page.ts'
import type { Answers } from '../../testing/mount-page.ts'
import ToastList from '../../ui/ToastList.vue'
import { dismissToast, shownToasts } from '../../ui/toasts.ts'
import { askFor } from './asked.ts'
import type { AskedAction } from './asked.ts'

const body = new DOMWrapper(document.body)
afterEach(() => {
  document.body.innerHTML = ''
  for (const { id } of shownToasts.value) dismissToast(id)
})
enableAutoUnmount(afterEach) // before the rest of it: what is declared last comes first

async function ask(words: string, server = fakeActions(), wish: Partial<AskedAction> = {}) {
  const page = await mountPage({ render: () => h(ToastList) }, { answers: server.answers, hasDialogs: true })
  askFor({ user: someUser(), words, ...wish })
  await flushPromises()
  const dialog = () => body.find('[role=dialog]')
  const submit = () => dialog().get<HTMLButtonElement>('button[type=submit]')
  return {
    ...page,
    server,
    dialog,
    submit,
    field: (label: string) => {
      const found = dialog()
        .findAll('label')
        .find((one) => one.text().startsWith(label))
      return dialog().get<HTMLInputElement>(found?.attributes('for') ? `[id="${found.attributes('for')}"]` : 'label input[type=text]') // prettier-ignore
    },
    confirm: async () => {
      await dialog().get('form').trigger('submit')
      await flushPromises()
    },
    press: async (label: string) => {
      await body.findAll('button').find((one) => one.text().startsWith(label))?.trigger('click') // prettier-ignore
      await flushPromises()
    },
    undoByKey: async () => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', ctrlKey: true, bubbles: true }))
      await flushPromises()
    },
    toast: () => shownToasts.value.at(-1)?.text,
  }
}

test('it says what will change and what is surprising, and its button names the deed', async () => {
  const { dialog, submit } = await ask('user.block')
  expect(dialog().get('h2').text()).toBe('Block Ada Lovelace?')
  const changes = dialog().findAll('dl > div').map((row) => [row.get('dt').text(), row.get('del').text(), row.get('ins').text()]) // prettier-ignore
  expect(changes).toEqual([
    ['Blocked', 'No', 'Yes'],
    ['Open sessions', '2', '0'],
  ])
  expect(dialog().text()).toContain('What is surprising about user.block.')
  expect(dialog().text()).toContain('It can be undone')
  expect(submit().text()).toBe('Block Ada Lovelace')
})

test('it is done with the reason and what was seen, told, and undone by Ctrl Z; then redone', async () => {
  const { field, confirm, server, dialog, toast, undoByKey } = await ask('user.block')
  await field('Reason').setValue('Ticket 4711')
  await confirm()
  expect(dialog().exists()).toBe(false)
  expect(server.runs[0]?.body).toMatchObject({ params: { revokeRefreshTokens: false }, reason: 'Ticket 4711', basedOn: { fields: { blocked: false } } }) // prettier-ignore
  expect(toast()).toBe('Blocked Ada Lovelace.')
  await undoByKey()
  expect(toast()).toBe('Ada Lovelace is not blocked any more.')
  expect(server.fields.blocked).toBe(false)
  await undoByKey()
  expect(toast()).toBe('Blocked Ada Lovelace.')
  expect(server.fields.blocked).toBe(true)
})

test('where the server wants a reason it is not done without one, and neither is its undo', async () => {
  const { submit, field, confirm, server, press, dialog, toast } = await ask(
    'user.block',
    fakeActions({ needsReason: ['user.block', 'undo'] }),
  )
  expect(submit().element.disabled).toBe(true)
  await field('Reason').setValue('  ')
  await confirm()
  expect(server.runs).toEqual([])
  await field('Reason').setValue('Spam')
  await confirm()
  await press('Undo')
  expect(dialog().text()).toContain('not even when something is undone')
  expect(submit().element.disabled).toBe(true)
  await field('Reason').setValue('The wrong one')
  await confirm()
  expect(toast()).toBe('Ada Lovelace is not blocked any more.')
  expect(server.runs[1]?.body).toEqual({ reason: 'The wrong one' })
})

test('what cannot be undone is done only when the address was typed', async () => {
  const left: unknown[] = []
  const { submit, field, confirm, server, dialog, toast } = await ask('user.delete', undefined, {
    onDone: (user) => left.push(user),
  })
  expect(dialog().text()).toContain('It cannot be undone. It is gone.')
  expect(submit().element.disabled).toBe(true)
  await field('Type').setValue('ada@example.co')
  await confirm()
  expect(server.runs).toEqual([])
  await field('Type').setValue('ada@example.com')
  await confirm()
  expect(toast()).toBe('Deleted Ada Lovelace.')
  expect(shownToasts.value.at(-1)?.action).toBeUndefined()
  expect(left).toEqual([null])
})

test('somebody else having deleted them first is told as that', async () => {
  const { confirm, server, dialog, toast } = await ask('user.block')
  server.leave()
  await confirm()
  expect(dialog().exists()).toBe(false)
  expect(toast()).toBe('Ada Lovelace had been deleted already.')
})

test('a stale view shows what is otherwise, and goes on from how things are now', async () => {
  const { confirm, server, dialog, submit, press } = await ask('user.block')
  server.fields.blocked = null
  await confirm()
  expect(dialog().get('[role=alert]').text()).toMatch(/Changed by somebody else.*Blocked.*No.*nothing/s)
  expect(server.runs).toEqual([])
  expect(submit().element.disabled).toBe(true)
  await press('Go on with the present values')
  expect(dialog().find('[role=alert]').exists()).toBe(false)
  await confirm()
  expect(server.runs[0]?.body).toMatchObject({ basedOn: { fields: { blocked: null } } })
})

test('a refusal stays in the dialog in the server’s words; an answer that was lost is asked for again by the same key', async () => {
  const { confirm, server, dialog } = await ask('user.block')
  server.breakDown(() => problem(502, 'The tenant refused.', 'tenant-refused'))
  await confirm()
  expect(dialog().get('[role=alert]').text()).toMatch(/It was not done.*The tenant refused.*request-1/s)
  server.breakDown(() => {
    throw new TypeError('Failed to fetch')
  })
  await confirm()
  expect(dialog().get('[role=alert]').text()).toMatch(/No answer came.*cannot be reached/s)
  server.breakDown(undefined)
  await confirm()
  const [refused, lost, again] = server.keys
  expect(again).toBe(lost)
  expect(lost).not.toBe(refused)
})

test('an undo that would overwrite somebody’s work says what is otherwise, and does nothing', async () => {
  const { confirm, server, dialog, press } = await ask('user.block')
  await confirm()
  server.fields.sessions = 5
  await press('Undo')
  expect(dialog().get('[role=alert]').text()).toMatch(/It was not undone.*changed again since/s)
  expect(dialog().get('dl').text()).toMatch(/Open sessions.*0.*5/s)
  expect(dialog().find('button[type=submit]').exists()).toBe(false)
  expect(server.runs).toHaveLength(1)
})

test('an action the dashboard never heard of needs nothing but its words', async () => {
  i18n.global.mergeLocaleMessage('en', { actions: { user: { greet: { title: 'Greet {name}?', text: 'Hello.', confirm: 'Greet {name}', done: 'Greeted {name}.' } } } }) // prettier-ignore
  const { confirm, submit, server, toast } = await ask('user.greet', fakeActions({ further: ['user.greet'] }))
  expect(submit().text()).toBe('Greet Ada Lovelace')
  await confirm()
  expect(server.runs[0]?.run.action).toBe('user.greet')
  expect(toast()).toBe('Greeted Ada Lovelace.')
})

test('what was done in part says which', async () => {
  const { confirm, server, dialog } = await ask('user.contain', fakeActions({ further: ['user.contain'] }))
  const steps = [
    { step: 'block', result: 'done' as const, problem: null },
    { step: 'end-sessions', result: 'failed' as const, problem: { code: 'x', message: 'The tenant fell silent.' } },
  ]
  server.breakDown(() => problem(502, 'Not all of it was done.', 'partly-done', { steps }))
  await confirm()
  expect(dialog().get('[role=alert]').text()).toContain('Some of it was done, some was not.')
  expect(dialog().text()).toMatch(/Blocked: done.*Sessions ended: not done.*fell silent/s)
})

test('a provider’s tokens are shown once, and are gone when another page comes', async () => {
  const server = fakeActions({ further: ['user.reveal-idp-tokens'] })
  const answers: Answers = async (request, ...rest) => {
    const answer = await server.answers(request, ...rest)
    if (request !== 'POST /api/users/auth0%7C1/actions/user.reveal-idp-tokens') return answer
    const outcome = (await answer.json()) as object
    return json({ ...outcome, shownOnce: { tokens: [{ name: 'access_token', token: 'ya29.secret' }] } })
  }
  const params = { provider: 'google-oauth2', userId: '1' }
  const { confirm, dialog, router } = await ask('user.reveal-idp-tokens', { ...server, answers }, { params })
  await confirm()
  expect(dialog().text()).toContain('ya29.secret')
  await router.push('/audit')
  await flushPromises()
  expect(dialog().exists()).toBe(false)
  expect(document.body.innerHTML).not.toContain('ya29.secret')
})
