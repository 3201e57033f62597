import { DOMWrapper, enableAutoUnmount, flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { fakeActions } from '../../testing/fake-actions.ts'
import { json, mountPage, problem } from '../../testing/mount-page.ts'
import { shownToasts } from '../../ui/toasts.ts'
import UserPage from './UserPage.vue'

const body = new DOMWrapper(document.body)
afterEach(() => {
  document.body.innerHTML = ''
  sessionStorage.clear()
})
enableAutoUnmount(afterEach) // before the rest of it: what is declared last comes first

const othersHave = [{ path: 'user_metadata.shoe.size', users: 1200, types: [{ type: 'number', users: 1200 }] }]

async function open(tab = '', server = fakeActions()) {
  const page = await mountPage(UserPage, {
    path: `/users/auth0%7C1/${tab}`,
    props: { userId: 'auth0|1', tab },
    hasDialogs: true,
    answers: async (...asked) => {
      if (asked[0] === 'GET /api/users/metadata-paths') return json({ paths: othersHave })
      const isPart = /^GET .*auth0%7C1\/(?!actions)/.test(asked[0])
      return isPart ? problem(502, 'Not what this is about.') : server.answers(...asked)
    },
  })
  await flushPromises()
  const press = async (label: string) => {
    await body.findAll('button').find((one) => (one.attributes('aria-label') ?? one.text()) === label)?.trigger('click') // prettier-ignore
    await vi.dynamicImportSettled()
    await flushPromises()
  }
  const confirm = async () => {
    await body.get('[role=dialog] form').trigger('submit')
    await flushPromises()
  }
  return {
    ...page,
    server,
    press,
    confirm,
    field: (name: string) => page.wrapper.get<HTMLInputElement>(`[name=${name}]`),
  }
}

test('of the profile only what was changed is sent, with what was seen of it; then it is shown', async () => {
  const { wrapper, server, press, confirm, field } = await open()
  await press('Edit')
  await field('name').setValue('Ada King')
  await field('nickname').setValue(' ')
  await wrapper.get('form').trigger('submit')
  await flushPromises()
  expect(body.get('[role=dialog]').text()).toMatch(/Save the changes to Ada Lovelace.*Ada Lovelace.*Ada King/s)
  await confirm()
  expect(server.runs[0]?.body).toEqual({
    params: { name: 'Ada King', nickname: null },
    basedOn: { updatedAt: '2026-02-01T00:00:00.000Z', fields: { name: 'Ada Lovelace', nickname: 'ada' } },
  })
  expect(wrapper.get('h1').text()).toContain('Ada King')
  expect(wrapper.find('[name=name]').exists()).toBe(false)
  expect(shownToasts.value.at(-1)?.text).toBe('Saved the changes to Ada King.')
})

test('what Auth0 would refuse is said beside the field, and is not sent', async () => {
  const { wrapper, press, field } = await open()
  await press('Edit')
  await field('givenName').setValue('x'.repeat(151))
  await field('picture').setValue('javascript:alert(1)')
  expect(wrapper.findAll('form p').map((fault) => fault.text())).toEqual([
    'At most 150 characters.',
    'An address begins with http:// or https://.',
  ])
  await wrapper.get('form').trigger('submit')
  expect(body.find('[role=dialog]').exists()).toBe(false)
  expect(document.activeElement?.getAttribute('name')).toBe('givenName')
})

test('who was changed since the writing began is shown with the difference before anything is sent', async () => {
  const { wrapper, server, press, confirm, field } = await open()
  await press('Edit')
  await field('name').setValue('Ada King')
  server.fields.name = 'Countess'
  await wrapper.get('form').trigger('submit')
  await flushPromises()
  expect(body.get('[role=dialog] [role=alert]').text()).toMatch(/Changed by somebody else.*Ada Lovelace.*Countess/s)
  await press('Go on with the present values')
  expect(body.get('[role=dialog] dl').text()).toMatch(/Countess.*Ada King/s)
  await confirm()
  expect(server.fields.name).toBe('Ada King')
})

test('what others have in their metadata is added by a click, and what is of another type is said', async () => {
  const { wrapper, press } = await open('metadata')
  await press('Edit User metadata')
  await press('Add shoe.size, a number: 1,200 of the newest users have it')
  const text = wrapper.get<HTMLTextAreaElement>('textarea')
  expect(JSON.parse(text.element.value)).toMatchObject({ shoe: { size: 0 } })
  expect(wrapper.text()).not.toContain('What others have here')
  await text.setValue('{"shoe": {"size": "44"}}')
  expect(wrapper.text()).toContain('shoe.size is text here; with others it is a number.')
})

test('a key deleted from metadata is sent as null, and that is said; the others are not sent', async () => {
  const server = fakeActions()
  server.fields['user_metadata.plan'] = 'pro'
  const { wrapper, press, confirm } = await open('metadata', server)
  await press('Edit User metadata')
  const editor = wrapper.get('textarea')
  await editor.setValue('{\n  "theme": "dark"\n  "lang": "en"\n}')
  expect(wrapper.text()).toContain('Line 3, column 3: a comma, or the closing bracket, is missing.')
  await editor.setValue('{ "theme": "dark", "lang": "en" }')
  expect(wrapper.text()).toContain('Sent as null, and so taken away: plan.')
  await wrapper.get('form').trigger('submit')
  await flushPromises()
  await confirm()
  expect(server.runs[0]?.body).toMatchObject({
    params: { userMetadata: { plan: null, lang: 'en' } },
    basedOn: { fields: { 'user_metadata.plan': 'pro', 'user_metadata.lang': null } },
  })
  expect(wrapper.find('textarea').exists()).toBe(false)
})

test('a draft outlives a reload, is asked about before the page is left, and is gone once discarded', async () => {
  const first = await open()
  await first.press('Edit')
  await first.field('name').setValue('Ada King')
  first.wrapper.unmount()

  const { wrapper, router, press, field } = await open()
  await vi.dynamicImportSettled()
  await flushPromises()
  expect(field('name').element.value).toBe('Ada King')
  const leaving = router.push('/')
  await vi.waitFor(() => expect(body.get('[role=dialog]').text()).toContain('unsaved changes to Ada Lovelace: Profile'))
  await press('Stay here')
  await leaving
  expect(router.currentRoute.value.name).toBe('user')
  const leavingAgain = router.push('/')
  await vi.waitFor(() => expect(body.find('[role=dialog]').exists()).toBe(true))
  await press('Discard and leave')
  await leavingAgain
  expect(router.currentRoute.value.name).toBe('users')
  expect(sessionStorage.length).toBe(0)
  expect(wrapper.find('[name=name]').exists()).toBe(false)
})
