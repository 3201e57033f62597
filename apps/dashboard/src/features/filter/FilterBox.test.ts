import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { json, mountPage } from '../../testing/mount-page.ts'
import './FilterAssist.vue' // fetched on demand otherwise
import FilterBox from './FilterBox.vue'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => {
  vi.useRealTimers()
  document.body.innerHTML = ''
})

async function open(filter = '') {
  const page = await mountPage(FilterBox, {
    props: { filter },
    answers: (request) => {
      const url = new URL(request.split(' ')[1] ?? '', 'http://localhost')
      if (url.pathname.endsWith('metadata-paths')) return json({ paths: [{ path: 'app_metadata.plan', users: 40 }] })
      const values = [
        { value: 'github', label: 'github', users: 1200 },
        { value: 'Site admin', label: 'Site admin', users: null },
      ].filter(({ value }) => value.startsWith(url.searchParams.get('starts') ?? ''))
      return json({ values })
    },
  })
  await flushPromises()
  const box = page.wrapper.get('input')
  const type = async (text: string) => {
    if (document.activeElement !== box.element) {
      box.element.focus()
      await box.trigger('focus')
    }
    await box.setValue(text)
    await flushPromises()
    await vi.dynamicImportSettled()
    await flushPromises()
  }
  const press = async (key: string) => {
    await box.trigger('keydown', { key })
    await flushPromises()
  }
  const options = () => page.wrapper.findAll('[role=option]')
  return { ...page, box, type, press, options, asked: () => page.wrapper.emitted('filter')?.flat() ?? [] }
}

test('it searches as one types, once the typing pauses', async () => {
  const { type, asked } = await open()
  await type('ad')
  await vi.advanceTimersByTimeAsync(100)
  await type('ada')
  await vi.advanceTimersByTimeAsync(149)
  expect(asked()).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(asked()).toEqual(['ada'])
})

test('a question that goes wrong is not asked; where it does is said once the typing pauses', async () => {
  const { wrapper, box, type, asked } = await open()
  await type('blocked:maybe')
  await vi.advanceTimersByTimeAsync(200)
  expect(asked()).toEqual([])
  expect(box.attributes('aria-invalid')).toBeUndefined()
  await vi.advanceTimersByTimeAsync(800)
  expect(box.attributes('aria-invalid')).toBe('true')
  const fault = wrapper.get(`#${box.attributes('aria-describedby')}`)
  expect(fault.text()).toBe('blocked is true or false, such as blocked:true.')
  expect(wrapper.get('.decoration-wavy').text()).toBe('maybe')
  await type('blocked:true')
  await vi.advanceTimersByTimeAsync(150)
  expect(box.attributes('aria-invalid')).toBeUndefined()
  expect(asked()).toEqual(['blocked:true'])
})

test('fields are suggested by name and by what they are called, and Enter takes one', async () => {
  const { box, type, press, options, wrapper } = await open()
  await type('ada conn')
  expect(options().map((option) => option.text())).toEqual(['connection:Connection'])
  expect(box.attributes('aria-activedescendant')).toBeUndefined()
  await press('ArrowDown')
  expect(box.attributes('aria-activedescendant')).toBe(options()[0]?.attributes('id'))
  await press('Enter')
  expect(box.element.value).toBe('ada connection:')
  await type('surn')
  expect(wrapper.get('[role=option]').text()).toContain('Family name')
})

test('values of a field come from the server, with how many users have them', async () => {
  const { box, type, press, options, requests } = await open()
  await type('connection:')
  expect(options().map((option) => option.text())).toEqual(['github1,200 users', 'Site admin'])
  await press('ArrowDown')
  await press('ArrowDown')
  await press('Enter')
  expect(box.element.value).toBe('connection:"Site admin" ')
  expect(requests).toEqual(['GET /api/users/field-values?field=connection'])
})

test('typing on narrows the values; paths into metadata are suggested too', async () => {
  const { type, options } = await open()
  await type('connection:gi')
  await vi.advanceTimersByTimeAsync(150)
  await flushPromises()
  expect(options().map((option) => option.text())).toEqual(['github1,200 users'])
  await type('pla')
  await flushPromises()
  expect(options().map((option) => option.text())).toEqual(['app_metadata.plan:'])
})

test('Enter without a choice searches at once, and Escape puts the suggestions away before it clears', async () => {
  const { box, type, press, options, asked } = await open()
  await type('bloc')
  await press('Enter')
  expect(asked()).toEqual(['bloc'])
  await press('Escape')
  expect(options()).toHaveLength(0)
  expect(box.element.value).toBe('bloc')
  await press('Escape')
  expect(box.element.value).toBe('')
})

test('Alt and arrow down in an empty box shows what can be asked; arrow down alone leaves it for the list', async () => {
  const { type, press, options, box, wrapper } = await open()
  await type('')
  await press('ArrowDown')
  expect(wrapper.emitted('leave')).toHaveLength(1)
  await box.trigger('keydown', { key: 'ArrowDown', altKey: true })
  await flushPromises()
  expect(options().length).toBeGreaterThan(20)
  await press('Escape')
  expect(options()).toHaveLength(0)
  expect(document.activeElement).toBe(box.element)
})

test('a view or Back changes what the box holds', async () => {
  const { wrapper, box } = await open('ada')
  expect(box.element.value).toBe('ada')
  await wrapper.setProps({ filter: 'blocked:true' })
  expect(box.element.value).toBe('blocked:true')
})

test('a slash goes to the box from anywhere but a field', async () => {
  const { box } = await open()
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }))
  expect(document.activeElement).toBe(box.element)
})
