import { sql, type Kysely } from '@rollcall/database'

type Row = Record<string, unknown>

/** Rows of every table of the tenant's that speaks of somebody; what it has logged of them is not what they are. */
export type RowsOfUser = Map<string, Row[]>

export async function rowsOfUser(db: Kysely<object>, userIds: readonly string[]): Promise<RowsOfUser> {
  const { rows: tables } = await sql<{ name: string }>`
    SELECT table_name AS name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = 'tenant' AND column_name = 'user_id' AND table_type = 'BASE TABLE' AND table_name <> 'logs' ORDER BY 1`.execute(db)
  if (tables.length < 10) throw new Error('The tables of the tenant are not where they are looked for.')
  const found = await Promise.all(
    tables.map(async ({ name }): Promise<[string, Row[]]> => {
      const { rows } = await sql<{ row: Row }>`SELECT to_jsonb(t) AS row FROM ${sql.id('tenant', name)} t
        WHERE user_id = ANY (${userIds}) ORDER BY t::text`.execute(db)
      return [name, rows.map(({ row }) => row)]
    }),
  )
  return new Map(found)
} // prettier-ignore

/** What is otherwise, in words that fit any user: `users.blocked`, `sessions 1 to 0`. */
export function differencesOfRows(before: RowsOfUser, after: RowsOfUser): string[] {
  const differences = [...before].flatMap(([table, rows]) => {
    const now = after.get(table) ?? []
    if (rows.length !== now.length) return [`${table} ${rows.length} to ${now.length}`]
    return rows.flatMap((row, at) => {
      const other = now[at] ?? {}
      return Object.keys(row)
        .filter((column) => JSON.stringify(row[column]) !== JSON.stringify(other[column]))
        .map((column) => `${table}.${column}`)
    })
  })
  // Rows stand in the order of ids, which are chance.
  return [...new Set(differences)].sort()
}
