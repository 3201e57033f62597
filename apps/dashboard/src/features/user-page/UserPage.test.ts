import { flushPromises } from '@vue/test-utils'
import type { User } from '@rollcall/contracts/admin-api'
import { afterEach, expect, test } from 'vitest'
import { json, mountPage, problem, someUser } from '../../testing/mount-page.ts'
import type { Answers } from '../../testing/mount-page.ts'
import UserPage from './UserPage.vue'

afterEach(() => {
  document.body.innerHTML = ''
})

const ada: User = {
  ...someUser(),
  username: null,
  nickname: 'ada',
  givenName: 'Ada',
  familyName: 'Lovelace',
  phoneNumber: null,
  updatedAt: '2026-02-01T00:00:00.000Z',
  lastIp: '203.0.113.7',
  lastPasswordResetAt: null,
  identities: [{ provider: 'auth0', userId: '1', connection: 'Username-Password-Authentication', isSocial: false }],
  userMetadata: { theme: 'dark' },
  appMetadata: {},
}

async function open(answers: Answers, options: { userId?: string; permissions?: ['read:users'] } = {}) {
  const { userId = ada.userId, permissions } = options
  const page = await mountPage(UserPage, { answers, props: { userId }, ...(permissions && { permissions }) })
  await flushPromises()
  const deleteButton = () =>
    page.wrapper.findAll<HTMLButtonElement>('button').find((button) => button.text() === 'Delete user')
  return { ...page, deleteButton }
}

test('it shows who the user is, what they did, and what is stored of them', async () => {
  const { wrapper, deleteButton } = await open(() => json(ada))
  expect(wrapper.get('h1').text()).toContain('Ada Lovelace')
  expect(wrapper.text()).toContain('203.0.113.7')
  expect(wrapper.text()).toContain('"theme": "dark"')
  expect(wrapper.text()).toContain('Nothing is stored here.')
  expect(deleteButton()?.element.disabled).toBe(false)
})

test('a user who is not there is named', async () => {
  const { wrapper } = await open(() => problem(404, 'There is no such user.'), { userId: 'auth0|nobody' })
  expect(wrapper.text()).toContain('There is no user auth0|nobody.')
})

test('a failure can be tried again', async () => {
  let isBroken = true
  const { wrapper } = await open(() => (isBroken ? problem(502, 'The tenant’s answer is of no use.') : json(ada)))
  expect(wrapper.get('[role=alert]').text()).toContain('request-1')
  isBroken = false
  await wrapper.get('[role=alert] button').trigger('click')
  await flushPromises()
  expect(wrapper.get('h1').text()).toContain('Ada Lovelace')
})

test('without the permission to delete there is no button for it', async () => {
  const { deleteButton } = await open(() => json(ada), { permissions: ['read:users'] })
  expect(deleteButton()).toBeUndefined()
})

test('one’s own page says why one cannot delete oneself', async () => {
  const { wrapper, deleteButton } = await open(() => json({ ...ada, userId: 'auth0|staff' }), { userId: 'auth0|staff' })
  expect(deleteButton()?.element.disabled).toBe(true)
  expect(wrapper.text()).toContain('You cannot delete yourself.')
})
