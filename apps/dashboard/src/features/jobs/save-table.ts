import { openSink } from '../export/download.ts'

/** No cell may run as a formula in a spreadsheet (OWASP, CSV injection). */
const cellOf = (value: string) => {
  const tamed = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",;\n\r]/.test(tamed) ? `"${tamed.replaceAll('"', '""')}"` : tamed
}
const lineOf = (cells: readonly string[]) => `${cells.map(cellOf).join(',')}\r\n`

/**
 * Saves a table as CSV, part after part as they come.
 * @param parts some rows each
 * @returns whether it was saved, rather than thought better of
 */
export async function saveTable(
  name: string,
  header: readonly string[],
  parts: AsyncIterable<readonly string[][]> | Iterable<readonly string[][]>,
): Promise<boolean> {
  const sink = await openSink({ name, mediaType: 'text/csv', extension: '.csv' })
  if (!sink) return false
  const encoder = new TextEncoder()
  const write = (rows: readonly (readonly string[])[]) => sink.write(encoder.encode(rows.map(lineOf).join('')))
  try {
    await write([header])
    for await (const rows of parts) await write(rows)
    await sink.keep()
    return true
  } catch (error) {
    await sink.drop()
    throw error
  }
}
