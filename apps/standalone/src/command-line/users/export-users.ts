import { extname } from 'node:path'
import { Transform } from 'node:stream'
import { defineCommand, type Options } from '../command.ts'
import { misused } from '../failure.ts'
import { takeOut } from '../take-out.ts'
import { countRows, type ExportFormat } from './count-rows.ts'
import { readFilter, whichOptions } from './which-users.ts'

const formats = ['csv', 'ndjson', 'json'] as const
const byEnding: Record<string, ExportFormat> = {
  '.csv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.json': 'json',
}

const options = {
  ...whichOptions,
  format: { type: 'string', value: formats.join('|'), help: 'left out: as FILE ends, else csv' },
  columns: { type: 'string', value: 'A,B', help: 'what each row holds; left out: all that can be imported again' },
  sort: { type: 'string', value: 'COLUMN', help: 'a minus before it sorts downwards' },
  out: { type: 'string', value: 'FILE', help: 'where to; left out: standard output, if that is no terminal' },
  force: { type: 'boolean', help: 'take the place of a FILE that is there' },
} as const satisfies Options

export const exportUsers = defineCommand({
  name: ['users', 'export'],
  summary: 'Take users out, as CSV, NDJSON or JSON',
  takes: '[FILTER]',
  options,
  more: [
    'FILE appears when all of it is there: what was interrupted leaves nothing that looks whole. Only you can read it.',
    'In CSV, what a spreadsheet would take for a formula has an apostrophe before it.',
  ],
  examples: [
    'rollcall users export --out users.csv',
    "rollcall users export 'organization:acme' --format ndjson --columns user_id,email | gzip > acme.gz",
  ],
  async run({ words, options: { json, quiet, out, force = false, columns, sort, ...asked }, api, screen, signal }) {
    const format = readFormat(json ? (asked.format ?? 'ndjson') : asked.format, out)
    if (out === undefined && screen.isTerminal) throw misused('Say where to: --out FILE, or a pipe.')
    const query = { filter: readFilter(words, asked), format, columns, sort }
    let rows = 0
    const count = countRows(format)
    const progress = screen.progress('Exporting')
    const through = (headers: Headers) => {
      const total = Number(headers.get('x-total-count') ?? Number.NaN)
      return new Transform({
        transform(chunk: Buffer, _encoding, done) {
          rows = count(chunk)
          progress.update(rows, Number.isNaN(total) ? undefined : total)
          done(null, chunk)
        },
        flush(done) {
          progress.clear()
          done()
        },
      })
    }
    await takeOut({ api, signal }, { path: 'users/export', query, out, isReplaced: force, through })
    if (!quiet && out !== undefined)
      screen.tell(`${rows.toLocaleString('en')} ${rows === 1 ? 'user' : 'users'} in ${out}`)
  },
})

function readFormat(written: string | undefined, out: string | undefined): ExportFormat {
  if (written === undefined) return (out !== undefined && byEnding[extname(out).toLowerCase()]) || 'csv'
  const format = formats.find((name) => name === written)
  if (format) return format
  throw misused(`--format ${written} is none of ${formats.join(', ')}.`)
}
