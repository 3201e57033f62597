import { expect, test } from 'vitest'
import { cutText, jsonLine, plainText, textWidth } from './plain-text.ts'

test.each([
  ['\x1b]0;owned\x07', '\\u001b]0;owned\\u0007'],
  ['a\nb\tc', 'a\\nb\\tc'],
  ['\x9b31m', '\\u009b31m'],
  ['\u202egnp', '\\u202egnp'],
  ['\u2028', '\\u2028'],
  ['\ud800', '\\ud800'],
  ['Zoë 👩‍🚀 نامه‌ای', 'Zoë 👩‍🚀 نامه‌ای'],
])('%j is shown as %j', (text, shown) => {
  expect(plainText(text)).toBe(shown)
})

test('JSON holds the same value, and nothing that a terminal obeys', () => {
  const value = { name: '\x1b[31m\x7f\x9b\u202e\u{e0001}👩‍🚀' }
  const line = jsonLine(value)
  expect(line).not.toMatch(/\p{Cc}|\u202e|\u{e0001}/u)
  expect(line).toContain('👩‍🚀')
  expect(JSON.parse(line)).toEqual(value)
})

test('text is measured and cut by the cells it takes', () => {
  expect(['Ada', '日本', 'e\u0301', '👩‍🚀', '🇩🇪'].map(textWidth)).toEqual([3, 4, 1, 2, 2])
  expect(cutText('日本語の名前', 6)).toBe('日本…')
  expect(cutText('Ada', 3)).toBe('Ada')
})
