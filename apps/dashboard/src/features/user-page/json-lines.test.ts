import { expect, test } from 'vitest'
import { jsonLines } from './json-lines.ts'

const value = { plan: 'pro', 'a.b': { seats: 5, tags: ['vip', 'beta'] }, none: null, empty: {} }

test('its lines are the JSON that they are of', () => {
  const text = jsonLines(value, ['app_metadata'])
    .map(({ depth, key, text: rest }) => `${'  '.repeat(depth)}${key === undefined ? '' : `${key}: `}${rest}`)
    .join('\n')
  expect(text).toBe(JSON.stringify(value, null, 2))
})

test('a line knows the path to what it holds; an item of a list that to the list', () => {
  const found = jsonLines(value, ['app_metadata']).filter(({ value: scalar }) => scalar !== undefined)
  expect(found.map(({ path, value: scalar }) => [path?.slice(1), scalar])).toEqual([
    [['plan'], 'pro'],
    [['a.b', 'seats'], 5],
    [['a.b', 'tags'], 'vip'],
    [['a.b', 'tags'], 'beta'],
  ])
})
