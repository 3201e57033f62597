import type { ApiClient, Query } from './api-client.ts'
import type { Screen } from './screen.ts'
import { openTable } from './table.ts'

interface Pages<Page extends { next: string | number | null }, Row> {
  path: string
  query: Query
  /** So many at most; absent: all of them. */
  most?: number
  atOnce: number
  columns: string[]
  rowsOf(page: Page): readonly Row[]
  cellsOf(row: Row): string[]
}

/** Prints a list page by page as it comes: as a table, or as a line of JSON for each. */
export async function printPages<Page extends { next: string | number | null }, Row>(
  { api, screen, isJson }: { api: ApiClient; screen: Screen; isJson: boolean },
  { path, query, most = Number.POSITIVE_INFINITY, atOnce, columns, rowsOf, cellsOf }: Pages<Page, Row>,
): Promise<void> {
  const table = openTable(screen, columns)
  let printed = 0
  for (let after: string | number | undefined; printed < most;) {
    const page: Page = await api.get(path, { ...query, after, limit: Math.min(atOnce, most - printed) })
    const rows = rowsOf(page)
    if (isJson) for (const row of rows) await screen.json(row)
    else await table.rows(rows.map(cellsOf))
    printed += rows.length
    if (page.next === null) return
    after = page.next
  }
}
