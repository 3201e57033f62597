import { expect, test } from 'vitest'
import { typingPlace } from './typing-place.ts'

/** The caret is where the bar is. */
function at(marked: string) {
  const caret = marked.indexOf('|')
  return typingPlace(marked.replace('|', ''), caret)
}

test.each([
  ['|', { from: 0, to: 0, name: '' }],
  ['conn|', { from: 0, to: 4, name: 'conn' }],
  ['ada co|nn', { from: 4, to: 8, name: 'co' }],
  ['(blo|', { from: 1, to: 4, name: 'blo' }],
  ['-blo|', { from: 1, to: 4, name: 'blo' }],
  ['ada |', { from: 4, to: 4, name: '' }],
])('%s types a field', (marked, place) => {
  expect(at(marked)).toEqual({ ...place, field: undefined, value: '' })
})

test.each([
  ['connection:gi|', { from: 0, to: 13, name: 'connection', field: 'connection', value: 'gi' }],
  ['x org:|acme y', { from: 2, to: 10, name: 'org', field: 'organization', value: '' }],
  ['role:"site ad|', { from: 0, to: 13, name: 'role', field: 'role', value: 'site ad' }],
  ['NOT app_metadata.plan:g|', { from: 4, to: 23, name: 'app_metadata.plan', field: 'app_metadata.plan', value: 'g' }],
])('%s types a value', (marked, place) => {
  expect(at(marked)).toEqual(place)
})

test.each(['created_at:[now-3|', '"quoted te|xt"', 'http:|'])('%s is no place for a suggestion', (marked) => {
  expect(at(marked)).toBeUndefined()
})

test('a range that has ended is behind', () => {
  expect(at('created_at:[now-30d TO now] bl|')?.name).toBe('bl')
})
