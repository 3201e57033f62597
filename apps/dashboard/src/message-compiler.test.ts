import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { defineComponent, h } from 'vue'
import { createI18n, Translation } from 'vue-i18n'
import en from './locales/en.json'
import later from './locales/en.later.json'
import { createMessageCompiler } from './message-compiler.ts'

const messages = {
  en: { greeting: 'Hello {name}, {name}!', users: 'nobody | {formatted} user | {formatted} users' },
}
const i18n = createI18n({ legacy: false, locale: 'en', messages, messageCompiler: createMessageCompiler() })
const { t } = i18n.global

test('a value takes the place of its name, as often as that stands there', () => {
  expect(t('greeting', { name: '{x} | <b>' })).toBe('Hello {x} | <b>, {x} | <b>!')
})

test.each([
  [0, 'nobody'],
  [1, '1 user'],
  [7, '7 users'],
])('of %d there is the right plural', (count, text) => {
  expect(t('users', { formatted: `${count}` }, count)).toBe(text)
})

test('a component can stand for a value', () => {
  const page = defineComponent(
    () => () => h(Translation, { keypath: 'greeting', scope: 'global', tag: 'p' }, { name: () => h('b', 'Ada') }),
  )
  expect(mount(page, { global: { plugins: [i18n] } }).html()).toBe('<p>Hello <b>Ada</b>, <b>Ada</b>!</p>')
})

test('every text of ours is of that kind', () => {
  const texts = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : Object.values(value as Record<string, unknown>).flatMap(texts)
  const strange = texts([en, later]).filter((text) => /[{}@]|\|/.test(text.replaceAll(/\{\w+\}| \| /g, '')))
  expect(strange).toEqual([])
})
