/** As many as a job takes. */
export const mostEntries = 100_000

export interface ReadEntries {
  /** Each once, in the order of the text. */
  entries: string[]
  /** How many times something was there again. */
  repeated: number
  /** The columns of a table, of which one is read. */
  columns: string[]
}

const looksLikeEntry = (cell: string) => /^[^@\s]+@[^@\s]+$|^[^|\s]+\|\S+$/.test(cell)

/**
 * E-mail addresses and ids out of a text: one a line, several on a line, or a table whose cells are parted by comma, semicolon or tab (RFC 4180).
 * @param column which one of a table is read; absent: the one with the most that look like it
 */
export function readEntries(text: string, column?: number): ReadEntries {
  const rows = readRows(text.replace(/^\uFEFF/, ''))
  const width = Math.max(0, ...rows.slice(0, 1000).map((row) => row.length))
  // Addresses side by side are a list that somebody has not broken into lines.
  const isTable = width > 1 && rows.some((row) => row.length > 1 && !row.every(looksLikeEntry))
  if (!isTable) return { ...once(rows.flat()), columns: [] }
  const first = rows[0] ?? []
  const hasHeader = !first.some(looksLikeEntry)
  const names = Array.from({ length: width }, (_, at) => (hasHeader && first[at]) || String(at + 1))
  const body = hasHeader ? rows.slice(1) : rows
  const chosen = column ?? likeliest(body, width)
  return { ...once(body.map((row) => row[chosen] ?? '')), columns: names }
}

/** An id is one person's; an address may be several people's. */
export function likeliest(rows: readonly string[][], width: number): number {
  const scores = Array.from({ length: width }, (_, at) => {
    const cells = rows.slice(0, 1000).map((row) => row[at] ?? '')
    return cells.filter(looksLikeEntry).length + cells.filter((cell) => cell.includes('|')).length / 2
  })
  return scores.indexOf(Math.max(...scores))
}

function once(cells: readonly string[]): Pick<ReadEntries, 'entries' | 'repeated'> {
  const written = cells.map((cell) => cell.trim()).filter(Boolean)
  const entries = [...new Set(written)]
  return { entries, repeated: written.length - entries.length }
}

function readRows(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  const cell = /"((?:[^"]|"")*)"|[^,;\t\r\n]*/y
  let at = 0
  while (at < text.length) {
    cell.lastIndex = at
    const [found = '', quoted] = cell.exec(text) ?? []
    at += found.length
    // What follows a closing quote up to the next separator belongs to no cell.
    while (quoted !== undefined && at < text.length && !/[,;\t\r\n]/.test(text[at] ?? '')) at += 1
    row.push((quoted === undefined ? found : quoted.replaceAll('""', '"')).trim())
    const end = text[at]
    at += 1
    if (end === '\r' && text[at] === '\n') at += 1
    if (end === undefined || end === '\r' || end === '\n') {
      if (row.some(Boolean)) rows.push(row)
      row = []
    }
  }
  if (row.some(Boolean)) rows.push(row)
  return rows
}
