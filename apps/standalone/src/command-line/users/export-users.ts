import { extname } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { defineCommand, type Options } from '../command.ts'
import { CommandFailed, exitCodes, misused } from '../failure.ts'
import { openExportFile } from './export-file.ts'
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
    const file = out === undefined ? undefined : await openExportFile(out, { isReplaced: force })
    try {
      const response = await api.stream('users/export', query)
      if (!response.body) throw new CommandFailed(exitCodes.unavailable, 'no-content', 'The server sent nothing.')
      const total = Number(response.headers.get('x-total-count') ?? Number.NaN)
      const progress = screen.progress('Exporting')
      let rows = 0
      const count = countRows(format)
      const counted = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          rows = count(chunk)
          progress.update(rows, Number.isNaN(total) ? undefined : total)
          done(null, chunk)
        },
      })
      // The body is the same thing by two names: Node's streams take its own.
      const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])
      await pipeline(body, counted, file?.content ?? process.stdout, { end: file !== undefined, signal })
      progress.clear()
      await file?.finish()
      if (!quiet && file) screen.tell(`${rows.toLocaleString('en')} ${rows === 1 ? 'user' : 'users'} in ${file.path}`)
    } catch (error) {
      await file?.discard()
      signal.throwIfAborted()
      if (error instanceof CommandFailed) throw error
      throw toFailure(error)
    }
  },
})

function readFormat(written: string | undefined, out: string | undefined): ExportFormat {
  if (written === undefined) return (out !== undefined && byEnding[extname(out).toLowerCase()]) || 'csv'
  const format = formats.find((name) => name === written)
  if (format) return format
  throw misused(`--format ${written} is none of ${formats.join(', ')}.`)
}

function toFailure(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  const isOurs = 'code' in error && ['ENOSPC', 'EACCES', 'EIO', 'EDQUOT', 'EFBIG'].includes(String(error.code))
  if (isOurs)
    return new CommandFailed(exitCodes.failed, 'cannot-write', `It cannot be written: ${error.message}.`, {
      cause: error,
    })
  return new CommandFailed(exitCodes.unavailable, 'export-broken', 'The server broke off in the middle.', {
    hints: [error.message],
    cause: error,
  })
}
