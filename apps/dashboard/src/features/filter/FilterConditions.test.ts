import { DOMWrapper, flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import type { Component } from 'vue'
import { json, mountPage } from '../../testing/mount-page.ts'
import AddFilter from './AddFilter.vue'
import './FilterBuilder.vue' // fetched with the popover otherwise
import FilterConditions from './FilterConditions.vue'

afterEach(() => {
  document.body.innerHTML = ''
})

async function open(filter: string, part: Component = FilterConditions) {
  const page = await mountPage(part, {
    props: { filter },
    answers: (request) =>
      request.includes('metadata-paths')
        ? json({ paths: [{ path: 'app_metadata.plan', users: 40 }] })
        : json({ values: [{ value: 'github', label: 'github', users: 1200 }] }),
  })
  await flushPromises()
  return { ...page, asked: () => page.wrapper.emitted('filter')?.flat() ?? [] }
}

const chips = (wrapper: Awaited<ReturnType<typeof open>>['wrapper']) =>
  wrapper.findAll('li:has([data-remove])').map((chip) => chip.text())

async function builder() {
  await vi.waitFor(() => expect(document.querySelector('[role=dialog] form')).not.toBeNull())
  await flushPromises()
  return new DOMWrapper(document.querySelector('[role=dialog] form') as Element)
}

test.each([
  ['ada connection:github', ['Connection is github']],
  ['email_verified:false created_at:<now-30d', ['E-mail verified: no', 'Created over 30 days ago']],
  ['NOT _exists_:last_login -role:admin', ['Last login: never', 'Role is not admin']],
  ['created_at:[2026-01-01 TO 2026-02-01]', ['Created Jan 1, 2026 to Feb 1, 2026']],
  ['signed_in_on:2026-11-23', ['Signed in on Nov 23, 2026']],
  ['logins_count:>=10 email:*@example.com', ['Logins from 10', 'E-mail ends with @example.com']],
  ['blocked:true OR app_metadata.plan:gold', ['Blocked: yes or app_metadata.plan is gold']],
  ['tag:vip note:refund -note:paid', ['Tag is vip', 'Note contains refund', 'Not: Note contains paid']],
  ['NOT (ada grace)', ['Not: “ada” and “grace”']],
])('%s is shown as conditions in words', async (filter, words) => {
  const { wrapper } = await open(filter)
  expect(chips(wrapper)).toEqual(words)
})

test('taking a condition away leaves the others, and the focus on the next one', async () => {
  const { wrapper, asked } = await open('ada connection:github blocked:true')
  await wrapper.get('[aria-label="Remove: Connection is github"]').trigger('click')
  expect(asked()).toEqual(['ada blocked:true'])
  await wrapper.setProps({ filter: 'ada blocked:true' })
  await flushPromises()
  expect(document.activeElement?.hasAttribute('data-remove')).toBe(true)
})

test('clearing takes the conditions away, not the words', async () => {
  const { wrapper, asked } = await open('ada connection:github blocked:true')
  await wrapper.findAll('button').at(-1)?.trigger('click')
  expect(asked()).toEqual(['ada'])
})

test('text that cannot be read has no conditions to change, and takes none', async () => {
  const { wrapper } = await open('blocked:maybe')
  expect(wrapper.findAll('button')).toHaveLength(0)
  const adding = await open('blocked:maybe', AddFilter)
  expect(adding.wrapper.get('button').attributes('disabled')).toBeDefined()
})

test('a condition is put together by choosing a field, how it is asked, and a value', async () => {
  const { wrapper, asked } = await open('ada', AddFilter)
  await wrapper.get('button').trigger('click')
  const form = await builder()
  const [field, operator] = form.findAll('select')
  expect(operator?.findAll('option').map((option) => option.text())).toEqual(['is', 'is not', 'has any', 'has none'])
  expect(form.get('button[type=submit]').attributes('disabled')).toBeDefined()
  await vi.waitFor(() => expect(form.text()).toContain('1,200'))
  await form.get('li button').trigger('click')
  expect(form.get('li button').attributes('aria-pressed')).toBe('true')
  await form.trigger('submit')
  expect(asked()).toEqual(['ada connection:github'])
  expect(field?.findAll('option').map((option) => option.text())).toContain('app_metadata.plan')
})

test('moments have presets', async () => {
  const { wrapper, asked } = await open('', AddFilter)
  await wrapper.get('button').trigger('click')
  const form = await builder()
  await form.get('select').setValue('last_login')
  const preset = form.findAll('button').find((button) => button.text() === 'Over a year ago')
  await preset?.trigger('click')
  expect(preset?.attributes('aria-pressed')).toBe('true')
  await form.trigger('submit')
  expect(asked()).toEqual(['last_login:<now-1y'])
})

test('any path into metadata can be asked for', async () => {
  const { wrapper, asked } = await open('', AddFilter)
  await wrapper.get('button').trigger('click')
  const form = await builder()
  await form.get('select').setValue('app_metadata.')
  await form.get('input').setValue('user_metadata.shoe size')
  await form.findAll('input').at(-1)?.setValue('42')
  await form.trigger('submit')
  expect(asked()).toEqual(['user_metadata.shoe\\ size:42'])
})

test('a condition is changed where it stands', async () => {
  const { wrapper, asked } = await open('connection:github blocked:true')
  await wrapper.get('[aria-label="Change: Blocked: yes"]').trigger('click')
  const form = await builder()
  expect(form.findAll('select').map((select) => (select.element as HTMLSelectElement).value)).toEqual([
    'blocked',
    'yes',
  ])
  await form.findAll('select')[1]?.setValue('no')
  await form.trigger('submit')
  expect(asked()).toEqual(['connection:github blocked:false'])
})

test('the palette can ask for a new condition', async () => {
  const { commands } = await open('', AddFilter)
  commands.value.addFilter?.()
  expect((await builder()).text()).toContain('Add a filter')
})
