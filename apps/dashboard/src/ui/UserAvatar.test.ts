import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import UserAvatar from './UserAvatar.vue'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const picture = 'https://pictures.example/ada.png'

test('a picture is asked for once somebody has been looked at for a moment, and not when they are only flown over', async () => {
  const wrapper = mount(UserAvatar, { props: { name: 'Ada Lovelace', picture } })
  expect([wrapper.text(), wrapper.find('img').exists()]).toEqual(['AL', false])
  await wrapper.setProps({ picture: 'https://pictures.example/grace.png' })
  await vi.advanceTimersByTimeAsync(150)
  expect(wrapper.get('img').attributes('src')).toBe('https://pictures.example/grace.png')
  const before = vi.getTimerCount()
  const other = mount(UserAvatar, { props: { name: 'Ada Lovelace', picture } })
  expect(vi.getTimerCount()).toBe(before + 1)
  other.unmount()
  expect(vi.getTimerCount()).toBe(before)
  wrapper.unmount()
})

test('where there is none, or it does not come, initials are shown', async () => {
  const wrapper = mount(UserAvatar, { props: { name: 'ada@example.com', picture } })
  await vi.advanceTimersByTimeAsync(150)
  expect(wrapper.text()).toBe('AC')
  await wrapper.get('img').trigger('load')
  expect(wrapper.text()).toBe('')
  await wrapper.setProps({ picture: null })
  expect([wrapper.text(), wrapper.find('img').exists()]).toEqual(['AC', false])
})
