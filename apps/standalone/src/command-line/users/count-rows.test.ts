import { expect, test } from 'vitest'
import { countRows, type ExportFormat } from './count-rows.ts'

test.each<[ExportFormat, string, number]>([
  ['csv', 'name\n', 0],
  ['csv', 'name\nAda\n"two\nlines, ""quoted"""\n', 2],
  ['ndjson', '', 0],
  ['ndjson', '{"a":1}\n{"a":2}\n', 2],
  ['json', '[]\n', 0],
  ['json', '[{"a":1},\n{"a":2}]\n', 2],
])('%s: %j has %i users, however it comes', (format, text, users) => {
  const bytes = Buffer.from(text)
  const whole = countRows(format)
  const one = countRows(format)
  expect(whole(bytes)).toBe(users)
  let last = 0
  for (const byte of bytes) last = one(Buffer.from([byte]))
  expect(last).toBe(users)
})
