import { flushPromises } from '@vue/test-utils'
import type { UserSummary } from '@rollcall/contracts/admin-api'
import { afterEach, expect, test } from 'vitest'
import { mountPage, problem, someUser } from '../../testing/mount-page.ts'
import type { Answers } from '../../testing/mount-page.ts'
import { shownToasts } from '../../ui/toasts.ts'
import DeleteUserDialog from './DeleteUserDialog.vue'

afterEach(() => {
  document.body.innerHTML = ''
})

const gone: Answers = () => new Response(null, { status: 204 })

async function open(answers: Answers, user: UserSummary = someUser()) {
  const { wrapper, requests } = await mountPage(DeleteUserDialog, { answers, props: { user } })
  await flushPromises()
  const dialog = document.querySelector('[role=dialog]')
  const input = dialog?.querySelector('input')
  const submit = dialog?.querySelector<HTMLButtonElement>('button[type=submit]')
  if (!dialog || !input || !submit) throw new Error('There is no dialog.')
  const type = async (text: string) => {
    input.value = text
    input.dispatchEvent(new Event('input'))
    await flushPromises()
  }
  const confirm = async () => {
    dialog.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }))
    await flushPromises()
  }
  return { wrapper, requests, dialog, input, submit, type, confirm }
}

test('it names the user and what will happen, and begins in the field to type in', async () => {
  const { dialog, input } = await open(gone)
  expect(dialog.textContent).toContain('Delete Ada Lovelace?')
  expect(dialog.textContent).toContain('auth0|1')
  expect(dialog.textContent).toContain('Type ada@example.com to confirm')
  expect(dialog.textContent).toContain('cannot be undone')
  expect(document.activeElement).toBe(input)
})

test('it deletes only when the address was typed, and then says so', async () => {
  const { wrapper, requests, submit, type, confirm } = await open(gone)
  expect(submit.disabled).toBe(true)
  await type('ada@example.co')
  await confirm()
  expect(requests).toEqual([])
  await type('ada@example.com')
  expect(submit.disabled).toBe(false)
  await confirm()
  expect(requests).toEqual(['DELETE /api/users/auth0%7C1'])
  expect(wrapper.emitted('deleted')).toHaveLength(1)
  expect(shownToasts.value.at(-1)?.text).toBe('Deleted Ada Lovelace.')
})

test('a user without an address is confirmed by their id', async () => {
  const { type, submit } = await open(gone, someUser({ email: null }))
  await type('auth0|1')
  expect(submit.disabled).toBe(false)
})

test('a failure stays in the dialog, in the server’s words', async () => {
  const { wrapper, dialog, type, confirm } = await open(() => problem(502, 'The tenant refused.'))
  await type('ada@example.com')
  await confirm()
  expect(dialog.querySelector('[role=alert]')?.textContent).toContain('The tenant refused.')
  expect(wrapper.emitted('deleted')).toBeUndefined()
})

test('somebody else having been faster is success', async () => {
  const { wrapper, type, confirm } = await open(() => problem(404, 'There is no such user.'))
  await type('ada@example.com')
  await confirm()
  expect(wrapper.emitted('deleted')).toHaveLength(1)
  expect(shownToasts.value.at(-1)?.text).toBe('Ada Lovelace was deleted already.')
})

test('nobody deletes themself', async () => {
  const { dialog, submit, type } = await open(gone, someUser({ userId: 'auth0|staff' }))
  await type('ada@example.com')
  expect(submit.disabled).toBe(true)
  expect(dialog.textContent).toContain('You cannot delete yourself.')
})
