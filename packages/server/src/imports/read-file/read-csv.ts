import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { longestRowBytes, malformed, type FileRow } from './file-row.ts'

/** Reads CSV (RFC 4180), also as spreadsheets write it: with semicolons or tabs, empty lines, quotes inside plain cells. The first row is the names. */
export async function* readCsv(chunks: AsyncIterable<Buffer>, delimiter: string): AsyncGenerator<FileRow> {
  const parser = parse({
    delimiter,
    raw: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: longestRowBytes,
    record_delimiter: ['\r\n', '\n'],
  })
  const source = Readable.from(chunks)
  source.once('error', (error) => parser.destroy(error))
  source.pipe(parser)
  let next = 1
  try {
    for await (const { record, raw } of parser as AsyncIterable<{ record: string[]; raw: string }>) {
      // The parser's own count goes wrong within cells of several lines. Empty lines stand before the row that comes after them.
      const empty = /^[\r\n]*/.exec(raw)?.[0] ?? ''
      const line = next + Math.max(count(empty, '\r'), count(empty, '\n'))
      next = line + 1 + record.reduce((sum, cell) => sum + count(cell, '\n'), 0)
      yield { line, content: record }
    }
  } catch (error) {
    // Rows that were read ahead of us are gone with it: its own count is the nearest there is.
    if (error instanceof CsvError) throw malformed(Math.max(next, parser.info.lines), wordsOf(error))
    throw error
  } finally {
    source.destroy()
  }
}

function count(text: string, character: string): number {
  let found = 0
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) found += 1
  return found
}

/** Never with what the cell holds: it may be a password. */
function wordsOf({ code }: CsvError): string {
  switch (code) {
    case 'CSV_MAX_RECORD_SIZE':
      return `a row is longer than ${longestRowBytes} bytes.`
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'a quotation mark is never closed.'
    default:
      return 'a quotation mark stands where none can.'
  }
}

/** What is between the cells, told by the line of names. */
export function delimiterOf(firstLine: string): string {
  const plain = firstLine.replace(/"[^"]*"/g, '')
  const counts = [',', ';', '\t'].map((delimiter) => [delimiter, plain.split(delimiter).length] as const)
  return counts.reduce((most, one) => (one[1] > most[1] ? one : most))[0]
}
