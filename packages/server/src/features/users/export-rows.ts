import { Transform, type Readable } from 'node:stream'
import { readCell } from '@rollcall/database'
import { kindOfColumn, type ColumnKind } from './user-columns.ts'

export interface ExportRows {
  columns: readonly string[]
  format: 'ndjson' | 'json'
}

/**
 * Rows in PostgreSQL's text format (`Database.copyText`) as JSON. Written here and not by PostgreSQL, which takes twice as long for that as for
 * reading them, and would have this process wait meanwhile. Bytes of other than ASCII pass as they are: text is read as latin1 and written so.
 */
export function exportRows(rows: Readable, { columns, format }: ExportRows): Readable {
  const writer = jsonWriter(columns, format === 'json')
  let rest: Buffer = Buffer.alloc(0)
  const written = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const end = chunk.lastIndexOf(lineFeed) + 1
      if (end === 0) {
        rest = Buffer.concat([rest, chunk])
        return done()
      }
      const text = rest.toString('latin1') + chunk.toString('latin1', 0, end - 1)
      rest = chunk.subarray(end)
      done(null, Buffer.from(writer.rows(text.split('\n')), 'latin1'))
    },
    flush(done) {
      done(null, writer.end)
    },
  })
  written.push(writer.begin)
  rows.once('error', (error) => written.destroy(error))
  written.once('close', () => rows.destroy())
  return rows.pipe(written)
}

const lineFeed = 10

interface Writer {
  begin: string
  rows(lines: string[]): string
  end: string
}

function jsonWriter(columns: readonly string[], isArray: boolean): Writer {
  const cells = columns.map((name, place) => ({
    lead: `${place === 0 ? '{' : ','}${Buffer.from(JSON.stringify(name)).toString('latin1')}:`,
    write: jsonCells[kindOfColumn(name)],
  }))
  let between = ''
  return {
    begin: isArray ? '[' : '',
    rows(lines) {
      let text = ''
      for (const line of lines) {
        const values = line.split('\t')
        text += between
        for (const [place, { lead, write }] of cells.entries()) text += lead + write(values[place] ?? none)
        text += isArray ? '}' : '}\n'
        if (isArray) between = ',\n'
      }
      return text
    },
    end: isArray ? ']\n' : '',
  }
}

/** How PostgreSQL writes that there is nothing. */
const none = String.raw`\N`
// What JSON escapes; a backslash is also how PostgreSQL escapes.
// eslint-disable-next-line no-control-regex
const unplain = /["\\\u0000-\u001f]/

const jsonCells: Record<ColumnKind, (cell: string) => string> = {
  text: (cell) => (unplain.test(cell) ? JSON.stringify(readCell(cell)) : `"${cell}"`),
  json: (cell) => readCell(cell) ?? 'null',
  list: (cell) => readCell(cell) ?? '[]',
  path: (cell) => readCell(cell) ?? 'null',
  boolean: (cell) => (cell === 't' ? 'true' : cell === 'f' ? 'false' : 'null'),
  number: (cell) => (cell === none ? 'null' : cell),
  moment: (cell) => (cell === none ? 'null' : `"${isoMoment(cell)}"`),
}

/** @param moment in UTC, as PostgreSQL writes it: `2026-11-25 10:30:15.1`, without the zeros at its end */
function isoMoment(moment: string): string {
  const fraction = moment.slice(19)
  return `${moment.slice(0, 10)}T${moment.slice(11, 19)}${fraction === '' ? '.000' : fraction.padEnd(4, '0')}Z`
}
