import { expect, test } from 'vitest'
import { relativeMoment } from './moments.ts'

const now = new Date('2026-11-23T12:00:00Z')

test.each([
  ['2026-11-23T11:59:30Z', '30 seconds ago'],
  ['2026-11-23T11:00:00Z', '1 hour ago'],
  ['2026-11-22T12:00:00Z', 'yesterday'],
  ['2026-09-20T12:00:00Z', '2 months ago'],
  ['2023-11-20T12:00:00Z', '3 years ago'],
  ['2026-11-24T12:00:00Z', 'tomorrow'],
])('%s is %s', (at, words) => {
  expect(relativeMoment(at, 'en', now)).toBe(words)
})
