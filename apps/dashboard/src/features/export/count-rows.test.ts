import { expect, test } from 'vitest'
import { rowCounter } from './count-rows.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

test('a table has as many users as lines below its header, wherever its parts are cut', () => {
  const count = rowCounter('csv')
  expect(count?.(bytes('name,em'))).toBe(0)
  expect(count?.(bytes('ail\r\nAda,ada@example.com\r\n'))).toBe(1)
  expect(count?.(bytes('"Grace\nBrewster ""Amazing"" Hop'))).toBe(1)
  expect(count?.(bytes('per",grace@example.com\r\n'))).toBe(2)
})

test('of one user a line each line is one', () => {
  const count = rowCounter('ndjson')
  expect(count?.(bytes('{"name":"A\\"da"}\n{"na'))).toBe(1)
  expect(count?.(bytes('me":"Grace"}\n'))).toBe(2)
})

test('of one list it cannot be told', () => {
  expect(rowCounter('json')).toBeUndefined()
})
