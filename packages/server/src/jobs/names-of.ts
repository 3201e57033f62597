import { sql } from '@rollcall/database'
import type { StoreQueries } from '../store/open-store.ts'

/** What people are called, by user id, as far as the directory has them. */
export async function namesOf(db: StoreQueries, userIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ user_id: string; name: string }>`
    SELECT user_id, coalesce(name, email) AS name FROM users
    WHERE user_id = ANY (${[...new Set(userIds)]}::text[]) AND coalesce(name, email) IS NOT NULL`.execute(db)
  return new Map(rows.map(({ user_id: id, name }) => [id, name]))
}
