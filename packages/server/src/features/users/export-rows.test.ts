import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { copyLine } from '@rollcall/database'
import { expect, test } from 'vitest'
import { exportRows, type ExportRows } from './export-rows.ts'

const columns = ['user_id', 'name', 'blocked', 'logins_count', 'last_login', 'tags', 'app_metadata', 'app_metadata.né']
const names = [
  'plain',
  '',
  null,
  'tab\tline\nreturn\r',
  'back\\slash \\N',
  'a "b", c',
  'Zoë 中文 😀',
  '=SUM(1)',
  '\u0001',
]
const path = ['"é"', 'null', null, '""', '5', '-5', '"a\\"b"', '{"a": [1]}', '["x"]']

const rows = names.map((name, number) => ({
  row: [
    `auth0|${number}`,
    name,
    number % 2 === 0 ? 't' : 'f',
    number,
    number === 0 ? null : `2026-11-25 10:30:15${number % 3 === 0 ? '' : `.${'123'.slice(0, number % 3)}`}`,
    number === 1 ? '["VIP", "é \\"q\\""]' : number === 2 ? null : '[]',
    JSON.stringify({ name }),
    path[number] ?? null,
  ],
  json: {
    user_id: `auth0|${number}`,
    name,
    blocked: number % 2 === 0,
    logins_count: number,
    last_login: number === 0 ? null : `2026-11-25T10:30:15.${['000', '100', '120'][number % 3]}Z`,
    tags: number === 1 ? ['VIP', 'é "q"'] : [],
    app_metadata: { name },
    'app_metadata.né': JSON.parse(path[number] ?? 'null') as unknown,
  },
}))

/** @param size of the pieces they arrive in, which end anywhere: within a character, too */
function written(format: ExportRows['format'], size: number): Promise<string> {
  const bytes = Buffer.from(rows.map(({ row }) => copyLine(row)).join(''))
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size)) // prettier-ignore
  return text(exportRows(Readable.from(pieces), { columns, format }))
}

test.each([1, 7, 100_000])('rows are JSON, however they arrive (%i bytes at once)', async (size) => {
  const expected = rows.map(({ json }) => json)
  const lines = (await written('ndjson', size)).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(expected)
  expect(JSON.parse(await written('json', size))).toEqual(expected)
})

test('no rows are an empty list, or nothing', async () => {
  const nothing = () => Readable.from([])
  expect(await text(exportRows(nothing(), { columns, format: 'ndjson' }))).toBe('')
  expect(await text(exportRows(nothing(), { columns, format: 'json' }))).toBe('[]\n')
})

test('whoever stops reading ends the query, and its failure is heard', async () => {
  const left = Readable.from([copyLine(['auth0|1'])])
  exportRows(left, { columns: ['user_id'], format: 'ndjson' }).destroy()
  await expect.poll(() => left.destroyed).toBe(true)
  const failing = new Readable({ read: () => undefined })
  const failed = expect(text(exportRows(failing, { columns: ['user_id'], format: 'ndjson' }))).rejects.toThrow('away')
  failing.destroy(new Error('The database is away.'))
  await failed
})
