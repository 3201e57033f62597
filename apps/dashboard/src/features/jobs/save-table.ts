import { saveParts } from '../export/save-parts.ts'
import { asText } from '../export/spreadsheet-cell.ts'

const cellOf = (value: string) => {
  const text = asText(value)
  return /[",;\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
const lineOf = (cells: readonly string[]) => `${cells.map(cellOf).join(',')}\r\n`

/**
 * Saves a table as CSV, part after part as they come.
 * @param parts some rows each
 * @returns whether it was saved, rather than thought better of
 */
export function saveTable(
  name: string,
  header: readonly string[],
  parts: AsyncIterable<readonly string[][]> | Iterable<readonly string[][]>,
): Promise<boolean> {
  const encoder = new TextEncoder()
  const encode = (rows: readonly (readonly string[])[]) => encoder.encode(rows.map(lineOf).join(''))
  async function* lines() {
    yield encode([header])
    for await (const rows of parts) yield encode(rows)
  }
  return saveParts({ name, mediaType: 'text/csv', extension: '.csv' }, lines())
}
