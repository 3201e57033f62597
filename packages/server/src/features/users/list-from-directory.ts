import { sql } from '@rollcall/database'
import type { UserFilter, UserPage, UserSort, UserSummary } from '@rollcall/contracts/admin-api'
import type { StoreQueries } from '../../store/open-store.ts'
import { countOf, countUpTo, findUsers, type FoundUser, type Place } from './search/find-users.ts'
import { readCursor, writeCursor } from './search/page-cursor.ts'
import { sortOrderOf, type SortOrder } from './search/sort-order.ts'
import { rowColumns } from './user-columns.ts'

/** Counted as far as this unless asked for exactly: a number that everybody can wait for. */
const countedUpTo = 1000

export interface ListFromDirectory {
  filter: UserFilter
  sort: UserSort
  limit: number
  after: string | undefined
  columns: readonly string[]
  /** false: only where it costs nothing. */
  isCounted: boolean
  now: Date
}

interface UserRow {
  user_id: string
  name: string | null
  email: string | null
  email_verified: boolean
  picture: string | null
  connection: string | null
  blocked: boolean
  created_at: Date
  last_login: Date | null
  logins_count: number
  columns?: Record<string, unknown>
  /** How many users there are, where that was asked for too. */
  everybody?: number
}

/** @throws InvalidInput `cursor-invalid` */
export async function listFromDirectory(
  db: StoreQueries,
  { filter, sort, limit, after, columns, isCounted, now }: ListFromDirectory,
): Promise<Pick<UserPage, 'users' | 'next' | 'count'>> {
  const order = sortOrderOf(sort)
  const cursor = after === undefined ? undefined : readCursor(after, sort, order)
  const place: Place | undefined = cursor && 'id' in cursor ? cursor : undefined
  // One more than is shown says whether there is a next page.
  const counted = after === undefined ? countOf(filter) : undefined
  const select = counted ? sql`${rowColumns(columns)}, ${counted} AS everybody` : rowColumns(columns)
  const found = await findUsers<UserRow>(db, { filter, order, after: place, limit: limit + 1, select, now })
  const known = counted ? (found[0]?.everybody ?? 0) : undefined
  const users = found.slice(0, limit)
  const last = found.length > limit ? users.at(-1) : undefined
  return {
    users: users.map(presentRow),
    next: last ? writeCursor({ sort, key: keyOf(last, order), id: last.user_id }) : null,
    count: after === undefined ? await count() : null,
  }

  async function count(): Promise<UserPage['count']> {
    if (known !== undefined) return { users: known, isExact: true }
    if (found.length <= limit) return { users: found.length, isExact: true }
    return isCounted ? countUpTo(db, { filter, now, most: countedUpTo }) : null
  }
}

/** Those of the users who are still there, in no order. */
export async function readUsers(
  db: StoreQueries,
  { userIds, columns }: { userIds: readonly string[]; columns: readonly string[] },
): Promise<UserSummary[]> {
  const query = sql<UserRow>`SELECT ${rowColumns(columns)} FROM users u WHERE u.user_id = ANY(${userIds}::text[])`
  return (await query.execute(db)).rows.map(presentRow)
}

export function presentRow(row: UserRow): UserSummary {
  return {
    userId: row.user_id,
    name: row.name,
    email: row.email,
    isEmailVerified: row.email_verified,
    picture: row.picture,
    connection: row.connection,
    isBlocked: row.blocked,
    createdAt: row.created_at.toISOString(),
    lastLoginAt: row.last_login?.toISOString() ?? null,
    loginCount: row.logins_count,
    columns: row.columns ?? {},
  }
}

/** As a cursor holds it. */
function keyOf({ place }: FoundUser<UserRow>, { type }: SortOrder): Place['key'] {
  const value: unknown = place
  if (value === null) return null
  if (type === 'jsonb') return JSON.stringify(value)
  return value instanceof Date ? value.toISOString() : (value as Place['key'])
}
