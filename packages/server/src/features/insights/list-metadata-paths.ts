import { sql } from '@rollcall/database'
import { firstLevelOf, jsonTypeOf, type JsonType, type MetadataPaths } from '@rollcall/contracts/admin-api'
import type { Sight } from '../../custom-fields/custom-fields.ts'
import type { StoreQueries } from '../../store/open-store.ts'

const sampled = 2000
const most = 300
const deepest = 4

/** The paths that the newest users have in their metadata, the most frequent first; lists are looked into no further. */
export async function listMetadataPaths(db: StoreQueries, { hidden }: Sight): Promise<MetadataPaths> {
  const { rows } = await sql<{ user_metadata: unknown; app_metadata: unknown }>`
    SELECT user_metadata, app_metadata FROM users ORDER BY created_at DESC, user_id DESC LIMIT ${sampled}`.execute(db)
  const found: Found = new Map()
  for (const row of rows) {
    note(found, 'app_metadata', row.app_metadata, deepest)
    note(found, 'user_metadata', row.user_metadata, deepest)
  }
  const paths = [...found]
    .filter(([path]) => !hidden.has(firstLevelOf(path)))
    .map(([path, counts]) => {
      const types = [...counts].map(([type, users]) => ({ type, users })).sort((one, other) => other.users - one.users)
      return { path, users: types.reduce((sum, { users }) => sum + users, 0), types }
    })
  return {
    paths: paths.sort((one, other) => other.users - one.users || one.path.localeCompare(other.path)).slice(0, most),
  }
}

/** How many have what at each path. */
type Found = Map<string, Map<JsonType, number>>

function note(found: Found, path: string, value: unknown, depth: number): void {
  const isBranch = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isBranch || depth === 0) {
    if (!path.includes('.')) return
    const counts = found.get(path) ?? new Map<JsonType, number>()
    found.set(path, counts.set(jsonTypeOf(value), (counts.get(jsonTypeOf(value)) ?? 0) + 1))
    return
  }
  // What cannot be written as a path in a filter is not offered.
  for (const [key, item] of Object.entries(value))
    if (!/[.,:\s"]/.test(key)) note(found, `${path}.${key}`, item, depth - 1)
}
