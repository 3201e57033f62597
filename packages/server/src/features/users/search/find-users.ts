import { sql, type RawBuilder } from '@rollcall/database'
import type { UserCount, UserFilter } from '@rollcall/contracts/admin-api'
import type { StoreQueries } from '../../../store/open-store.ts'
import { compileFilter, isWholeOfFew, tablesRead } from './compile-filter.ts'
import type { SortOrder } from './sort-order.ts'

/** Where a page goes on: after the user `id` with this value of the sorted column; null: among those who have none. */
export interface Place {
  key: string | number | boolean | null
  id: string
}

export interface FindUsers {
  filter: UserFilter
  order: SortOrder
  after: Place | undefined
  limit: number
  /** What to read of each: columns of `u`. */
  select: RawBuilder<unknown>
  now: Date
}

export type FoundUser<Row> = Row & { user_id: string; place: Place['key'] }

/**
 * How many rows of the order are walked first, and how many at most where those held so many matches that a page is not far. More costs every rare
 * search, less every one that thousands match: of a million users, what three of a thousand have is found by either way in the same time. A row of
 * the narrow search table costs a fifth of one of the others.
 */
const walks = { narrow: { first: 1000, most: 40_000, mostCounted: 60_000 }, wide: { first: 500, most: 4000 } }
/** Matches are not spread evenly: as many rows again may be needed as were reckoned. */
const slack = 2

/**
 * The next users that match, in order.
 *
 * Two ways lead to them: walk the order's index and keep who matches (quick when many do), or find all who match by the filter's indexes and
 * sort those (quick when few do). PostgreSQL guesses between the two and guesses wrong where matches are not spread evenly, by a hundredfold. So
 * the first is tried for a bounded number of rows, for more where those promise it, and then the second: neither can be far off.
 */
export async function findUsers<Row>(db: StoreQueries, wanted: FindUsers): Promise<FoundUser<Row>[]> {
  const { order, after, limit } = wanted
  if (!order.isNullable) return findAmong<Row>(db, wanted, 'those who have it')
  const found = after?.key === null ? [] : await findAmong<Row>(db, wanted, 'those who have it')
  if (found.length >= limit) return found
  const rest = { ...wanted, after: after?.key === null ? after : undefined, limit: limit - found.length }
  return [...found, ...(await findAmong<Row>(db, rest, 'those who have nothing'))]
}

type Part = 'those who have it' | 'those who have nothing'

async function findAmong<Row>(db: StoreQueries, wanted: FindUsers, part: Part): Promise<FoundUser<Row>[]> {
  const { filter, order, limit, now } = wanted
  if (countOf(filter)) return run(db, everybody(wanted, part))
  if (isWholeOfFew(filter)) return run(db, forFew(wanted, part))
  const condition = compileFilter(filter, { now })
  if (!order.isIndexed || isOfFew(filter)) return run(db, byFilter(wanted, part, condition))
  const { first, most } = isNarrow(wanted) ? walks.narrow : walks.wide
  const near = await run<Row>(db, byOrder(wanted, { part, condition, rows: first }))
  if (near.length >= limit) return near
  const rows = Math.ceil((slack * first * limit) / near.length)
  if (rows <= most) {
    const further = await run<Row>(db, byOrder(wanted, { part, condition, rows }))
    if (further.length >= limit) return further
  }
  return run(db, byFilter(wanted, part, condition))
}

const run = async <Row>(db: StoreQueries, query: RawBuilder<unknown>) =>
  (await (query as RawBuilder<FoundUser<Row>>).execute(db)).rows

/** All users there are; a subquery that is answered once a statement. */
export const everybodyCounted = sql<number>`(SELECT sum(users)::bigint FROM user_count)`

/** How many that are, where it is known without looking at each: everybody, or everybody who is not to be deleted. */
export function countOf(filter: UserFilter): RawBuilder<number> | undefined {
  if (isEverybody(filter)) return everybodyCounted
  if (!isEverybodyToStay(filter)) return undefined
  return sql<number>`(${everybodyCounted} - (SELECT count(*) FROM scheduled_deletions JOIN users USING (user_id)))`
}

/** Of each of these most users are on the one side; those on the other have an index. */
const rareSides: Record<string, boolean> = { email_verified: false, blocked: true, mfa: true, email_shared: true, email_used_elsewhere: true } // prettier-ignore

const isOfFew = (filter: UserFilter): boolean =>
  filter.kind === 'all' ? filter.of.some(isOfFew) : isWholeOfFew(filter)

/** How many match, up to `most`; undefined: all. */
export async function countUsers(
  db: StoreQueries,
  { filter, now, most }: { filter: UserFilter; now: Date; most?: number },
): Promise<number> {
  if (most === undefined && filter.kind === 'is' && rareSides[filter.field] === !filter.value) {
    const [all, others] = await Promise.all([
      countUsers(db, { filter: { kind: 'all', of: [] }, now }),
      countUsers(db, { filter: { ...filter, value: !filter.value }, now }),
    ])
    return all - others
  }
  const known = countOf(filter)
  if (known) return countRows(db, sql`SELECT ${known} AS users`)
  const condition = compileFilter(filter, { now })
  if (most !== undefined && isWordsOnly(filter) && (await isOfMany(db, { condition, most }))) return most
  const enough = most === undefined ? sql`` : sql`LIMIT ${most}`
  return countRows(
    db,
    sql`SELECT count(*) AS users FROM (SELECT 1 FROM ${tablesOf(filter)} WHERE ${condition} ${enough}) matching`,
  )
}

/** Whether there are that many among the newest. PostgreSQL would rather find all matches by index first, or begin where nobody has looked for long. */
async function isOfMany(
  db: StoreQueries,
  { condition, most }: { condition: RawBuilder<boolean>; most: number },
): Promise<boolean> {
  const { first, mostCounted } = walks.narrow
  const near = await countNewest(first)
  const rows = Math.ceil((slack * first * most) / near)
  return rows <= mostCounted && (await countNewest(rows)) === most

  function countNewest(rows: number): Promise<number> {
    return countRows(
      db,
      sql`SELECT count(*) AS users FROM (
        SELECT 1 FROM (SELECT user_id, txt FROM user_search ORDER BY created_at DESC, user_id DESC LIMIT ${rows}) s
        WHERE ${condition} LIMIT ${most}
      ) matching`,
    )
  }
}

async function countRows(db: StoreQueries, query: RawBuilder<unknown>): Promise<number> {
  const { rows } = await (query as RawBuilder<{ users: number }>).execute(db)
  return rows[0]?.users ?? 0
}

/** The same, as it is answered. */
export async function countUpTo(
  db: StoreQueries,
  { most, ...wanted }: { filter: UserFilter; now: Date; most: number | undefined },
): Promise<UserCount> {
  if (most === undefined) return { users: await countUsers(db, wanted), isExact: true }
  const counted = await countUsers(db, { ...wanted, most: most + 1 })
  return { users: Math.min(counted, most), isExact: counted <= most }
}

export const isEverybody = (filter: UserFilter): boolean => filter.kind === 'all' && filter.of.length === 0

/** Everybody but those who are to be deleted. */
export const isEverybodyToStay = (filter: UserFilter): boolean =>
  filter.kind === 'is' && filter.field === 'deletion_scheduled' && !filter.value

/** Whether the narrow search table answers alone. */
function isWordsOnly(filter: UserFilter): boolean {
  const { users, search } = tablesRead(filter)
  return search && !users
}

/** The tables that a filter's condition speaks of. */
export function tablesOf(filter: UserFilter): RawBuilder<unknown> {
  if (isWordsOnly(filter)) return sql`user_search s`
  return tablesRead(filter).search ? sql`users u JOIN user_search s USING (user_id)` : sql`users u`
}

function everybody({ order, limit, select, filter, now, ...wanted }: FindUsers, part: Part): RawBuilder<unknown> {
  const condition = isEverybody(filter) ? sql`` : sql`${compileFilter(filter, { now })} AND`
  return sql`SELECT ${select}, ${placeOf(order, part)} AS place FROM users u
    WHERE ${condition} ${reach({ order, ...wanted }, part)} ${inOrder(order, part)} LIMIT ${limit}`
}

interface Walk {
  part: Part
  condition: RawBuilder<boolean>
  rows: number
}

/** Walks the order for so many rows and keeps who matches. */
function byOrder(wanted: FindUsers, { part, condition, rows }: Walk): RawBuilder<unknown> {
  const { order, limit, select, filter } = wanted
  if (isNarrow(wanted)) {
    return narrow(
      wanted,
      sql`SELECT s.created_at, s.user_id FROM (
        SELECT created_at, user_id, txt FROM user_search u WHERE ${reach(wanted, part)} ${inOrder(order, part)} LIMIT ${rows}
      ) s WHERE ${condition} LIMIT ${limit}`,
    )
  }
  const search = tablesRead(filter).search ? sql`JOIN user_search s USING (user_id)` : sql``
  return sql`SELECT ${select}, ${placeOf(order, part)} AS place FROM (
      SELECT * FROM users u WHERE ${reach(wanted, part)} ${inOrder(order, part)} LIMIT ${rows}
    ) u ${search} WHERE ${condition} ${inOrder(order, part)} LIMIT ${limit}`
}

interface Asked {
  wanted: FindUsers
  part: Part
  query: RawBuilder<unknown>
}

/** By its filter, how few users were asked for last: to put a question together takes as long as to answer it. */
const asked = new WeakMap<UserFilter, Asked>()

function forFew(wanted: FindUsers, part: Part): RawBuilder<unknown> {
  const { filter, order, select, limit, after, now } = wanted
  const last = asked.get(filter)
  const isLast = last?.part === part && last.wanted.order === order && last.wanted.select === select && last.wanted.limit === limit // prettier-ignore
  if (isLast && after === undefined && last.wanted.after === undefined) return last.query
  const query = byFilter(wanted, part, compileFilter(filter, { now }))
  asked.set(filter, { wanted, part, query })
  return query
}

/** Finds all who match, wherever they are in the order, and sorts them. OFFSET 0 keeps PostgreSQL from walking the order after all. */
function byFilter(wanted: FindUsers, part: Part, condition: RawBuilder<boolean>): RawBuilder<unknown> {
  const { order, limit, select, filter } = wanted
  if (isNarrow(wanted)) {
    return narrow(
      wanted,
      sql`SELECT created_at, user_id FROM (SELECT s.created_at, s.user_id FROM user_search s WHERE ${condition} OFFSET 0) u
        WHERE ${reach(wanted, part)} ${inOrder(order, part)} LIMIT ${limit}`,
    )
  }
  const inPlace = sql`ORDER BY place ${order.isDown ? sql`DESC` : sql`ASC`}, user_id ${order.isDown ? sql`DESC` : sql`ASC`}`
  if (isWholeOfFew(filter)) {
    return sql`SELECT * FROM (
        SELECT ${select}, ${placeOf(order, part)} AS place FROM users u WHERE ${condition} AND ${reach(wanted, part)} OFFSET 0
      ) matching ${inPlace} LIMIT ${limit}`
  }
  return sql`SELECT ${select}, found.place FROM (
      SELECT user_id, place FROM (
        SELECT u.user_id, ${placeOf(order, part)} AS place FROM ${isWordsOnly(filter) ? sql`users u JOIN user_search s USING (user_id)` : tablesOf(filter)}
        WHERE ${condition} AND ${reach(wanted, part)} OFFSET 0
      ) matching ${inPlace} LIMIT ${limit}
    ) found JOIN users u USING (user_id)
    ORDER BY found.place ${order.isDown ? sql`DESC` : sql`ASC`}, user_id ${order.isDown ? sql`DESC` : sql`ASC`}`
}

/** Words in order of creation: the search table holds both. */
const isNarrow = ({ filter, order }: FindUsers) => isWordsOnly(filter) && order.isOfCreation

function narrow({ order, select }: FindUsers, page: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`SELECT ${select}, u.created_at AS place FROM (${page}) found JOIN users u USING (user_id)
    ORDER BY found.created_at ${order.direction}, user_id ${order.direction}`
}

const placeOf = ({ key, type }: SortOrder, part: Part) =>
  part === 'those who have nothing' ? sql`NULL::${sql.raw(type)}` : key

function inOrder({ key, direction, isDown }: SortOrder, part: Part): RawBuilder<unknown> {
  const byId = sql`u.user_id ${isDown ? sql`DESC` : sql`ASC`}`
  return part === 'those who have nothing' ? sql`ORDER BY ${byId}` : sql`ORDER BY ${key} ${direction}, ${byId}`
}

/** Who is in this part and beyond the place. */
function reach({ order, after }: Pick<FindUsers, 'order' | 'after'>, part: Part): RawBuilder<boolean> {
  const { key, type, isDown, isNullable } = order
  const beyond = isDown ? sql`<` : sql`>`
  if (part === 'those who have nothing') {
    const isHere = sql<boolean>`${key} IS NULL`
    return after ? sql<boolean>`${isHere} AND u.user_id ${beyond} ${after.id}` : isHere
  }
  const isHere = isNullable ? sql<boolean>`${key} IS NOT NULL` : sql<boolean>`true`
  if (!after) return isHere
  const value = sql`${type === 'jsonb' ? String(after.key) : after.key}::${sql.raw(type)}`
  return sql<boolean>`${isHere} AND (${key}, u.user_id) ${beyond} (${type === 'text' ? sql`${value} COLLATE "C"` : value}, ${after.id})`
}
