import { expect, test } from 'vitest'
import { spokenBytes, spokenDuration } from './measures.ts'

test.each([
  [0.4, '0 seconds'],
  [59, '59 seconds'],
  [100, '2 minutes'],
  [5400, '1.5 hours'],
])('%d s are %s', (seconds, words) => {
  expect(spokenDuration(seconds, 'en')).toBe(words)
})

test.each([
  [0, '0 byte'],
  [999, '999 byte'],
  [4210, '4.2 kB'],
  [123_456_789, '123 MB'],
  [2_500_000_000_000, '2,500 GB'],
])('%d bytes are %s', (bytes, words) => {
  expect(spokenBytes(bytes, 'en')).toBe(words)
})
