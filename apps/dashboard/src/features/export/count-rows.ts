import type { ExportFormat } from './export-format.ts'

const lineFeed = 0x0a
const quote = 0x22

/**
 * Counts the users of an export as its bytes arrive: its lines, but for those within a quoted cell.
 * @returns what takes the next bytes and says how many there are so far; undefined for a format of which one cannot tell
 */
export function rowCounter(format: ExportFormat): ((part: Uint8Array) => number) | undefined {
  if (format === 'json' || format === 'html') return undefined
  const headerLines = format === 'csv' ? 1 : 0
  let lines = 0
  let isQuoted = false
  return (part) => {
    for (const byte of part) {
      // A quote within a cell is doubled, so it opens and closes at once.
      if (byte === quote && format === 'csv') isQuoted = !isQuoted
      else if (byte === lineFeed && !isQuoted) lines += 1
    }
    return Math.max(0, lines - headerLines)
  }
}
