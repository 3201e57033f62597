import { longestRowBytes, malformed, type FileRow } from './file-row.ts'
import { toRow } from './to-row.ts'

/** A line of JSON each. One that is none is told, and the others are read. */
export async function* readNdjson(texts: AsyncIterable<string>): AsyncGenerator<FileRow> {
  let rest = ''
  let line = 0
  for await (const text of texts) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const one of lines) {
      line += 1
      if (one.trim() !== '') yield toRow(line, one)
    }
    if (rest.length > longestRowBytes) throw malformed(line + 1, `a row is longer than ${longestRowBytes} bytes.`)
  }
  if (rest.trim() !== '') yield toRow(line + 1, rest)
}
