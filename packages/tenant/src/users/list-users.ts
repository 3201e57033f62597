import { sql } from '@rollcall/database'
import type { RawBuilder } from '@rollcall/database'
import { z } from 'zod'
import { ManagementError, badRequest } from '../management/management-error.ts'
import { pagingQuery } from '../management/paging.ts'
import type { TenantContext } from '../tenant-context.ts'
import { compileQuery, searchPatternOf, searchText } from './search/compile-query.ts'
import { QuerySyntaxError, parseQuery } from './search/parse-query.ts'
import type { Query } from './search/parse-query.ts'
import { originMark } from './user-json.ts'

/** What each sortable field sorts by: an expression that has an index, where one is worth having. */
const sortable: Record<string, RawBuilder<unknown>> = {
  created_at: sql`u.created_at`,
  updated_at: sql`u.updated_at`,
  last_login: sql`u.last_login`,
  logins_count: sql`u.logins_count`,
  name: sql`lower(u.name COLLATE "default")`,
  email: sql`lower(u.email)`,
  nickname: sql`u.nickname`,
  username: sql`u.username`,
  given_name: sql`u.given_name`,
  family_name: sql`u.family_name`,
  user_id: sql`u.user_id`,
  email_verified: sql`u.email_verified`,
  blocked: sql`u.blocked`,
}

export const ListUsersQuery = z.strictObject({
  ...pagingQuery,
  sort: z
    .string()
    .regex(/^[a-z_]+:-?1$/)
    .refine((sort) => Object.hasOwn(sortable, sort.split(':')[0] ?? ''), 'The sort field is not supported')
    .optional()
    .describe(
      'Field to sort by. Use <code>field:order</code> where order is <code>1</code> for ascending and <code>-1</code> for descending. e.g. <code>created_at:1</code>',
    ),
  connection: z.string().max(128).optional(),
  q: z.string().max(8192).optional().describe('Query in Lucene query string syntax.'),
  search_engine: z.enum(['v1', 'v2', 'v3']).default('v3').describe('The version of the search engine'),
  primary_order: z.enum(['true', 'false']).optional(),
})
export type ListUsersQuery = z.infer<typeof ListUsersQuery>

/**
 * One page of the users that match, newest first unless asked otherwise; `total` counts all that match.
 * @returns `users` as the text of a JSON array
 */
export async function listUsers(
  { search, origins }: Pick<TenantContext, 'search' | 'origins'>,
  query: ListUsersQuery,
): Promise<{ users: string; length: number; total: number }> {
  if (search.cap !== undefined && (query.page + 1) * query.per_page > search.cap) {
    throw badRequest(
      `You can only page through the first ${search.cap} records. See https://auth0.com/docs/users/search/v3/view-search-results-by-page#limitation.`,
      'invalid_paging',
    )
  }
  if (query.search_engine === 'v1')
    throw badRequest('You are not allowed to use search_engine=v1.', 'invalid_query_string')
  const tree = query.q === undefined || query.q.trim() === '' ? undefined : readQuery(query.q)
  const total = query.include_totals ? countOf(tree, query.connection) : sql`0`
  const rows = await search.read(async (db) => {
    const found = await pageOf(tree, { query, total }).execute(db)
    // A page past the end has no row to carry the total.
    return found.rows.length > 0 ? found.rows : (await sql<Found>`SELECT NULL AS body, (${total}) AS total`.execute(db)).rows
  }) // prettier-ignore
  const bodies = rows.flatMap(({ body }) => body ?? [])
  const users = `[${bodies.join(',')}]`.replaceAll(originMark, origins()[0] ?? '')
  return { users, length: bodies.length, total: rows[0]?.total ?? 0 }
}

function readQuery(q: string): Query {
  try {
    const tree = parseQuery(q)
    compileQuery(tree)
    return tree
  } catch (error) {
    if (!(error instanceof QuerySyntaxError)) throw error
    throw Object.assign(new ManagementError(400, `Failed to parse query: ${error.message}.`, 'invalid_query_string'), {
      cause: error,
    })
  }
}

interface Found {
  /** A user's `user_json` */
  body: string | null
  total: number
}

/**
 * A page in its order, in one statement. Who is on it is read from an index, so that far pages skip over narrow entries and not over whole users;
 * what is sent of them is fetched for one page only. A row each, and not one text: to put that together takes PostgreSQL four times as long.
 */
function pageOf(
  tree: Query | undefined,
  { query, total }: { query: ListUsersQuery; total: RawBuilder<unknown> },
): RawBuilder<Found> {
  const { page, per_page: limit } = query
  const [field = 'created_at', direction = '-1'] = query.sort?.split(':') ?? []
  const order = direction === '-1' ? sql`DESC` : sql`ASC`
  const pattern = tree && searchPatternOf(tree)
  // A number that was checked, written out: a plan that is to do for any limit expects a tenth of all users, and a new one each time is dear.
  const slice = page === 0 ? sql`LIMIT ${sql.lit(limit)}` : sql`LIMIT ${sql.lit(limit)} OFFSET ${page * limit}`
  const row = sql`SELECT (SELECT body FROM user_json j WHERE j.user_id = u.user_id) AS body, (${total}) AS total`
  if (pattern !== undefined && field === 'created_at' && query.connection === undefined) {
    return sql`${row} FROM user_search u WHERE txt LIKE ${searchText(pattern)} ORDER BY created_at ${order}, user_id ${order} ${slice}`
  }
  // A user who lacks what is sorted by comes last, whichever way.
  const key = sortable[field] ?? sql`u.created_at`
  const nulls = nullable.includes(field) ? sql`NULLS LAST` : sql``
  return sql`${row} FROM users u WHERE ${condition(tree, query.connection)} ORDER BY ${key} ${order} ${nulls}, u.user_id ${order} ${slice}`
}

const nullable = ['last_login', 'name', 'email', 'nickname', 'username', 'given_name', 'family_name', 'blocked']

/** @returns a query that gives one number */
function countOf(tree: Query | undefined, connection: string | undefined): RawBuilder<unknown> {
  if (tree === undefined && connection === undefined) return sql`SELECT sum(users)::bigint FROM user_count`
  const pattern = tree && searchPatternOf(tree)
  return pattern !== undefined && connection === undefined
    ? sql`SELECT count(*) FROM user_search WHERE txt LIKE ${searchText(pattern)}`
    : sql`SELECT count(*) FROM users u WHERE ${condition(tree, connection)}`
}

function condition(tree: Query | undefined, connection: string | undefined): RawBuilder<boolean> {
  const parts = [
    ...(tree ? [compileQuery(tree)] : []),
    ...(connection === undefined ? [] : [sql<boolean>`u.connection = ${connection}`]),
  ]
  return parts.length === 0 ? sql<boolean>`true` : sql<boolean>`${sql.join(parts, sql` AND `)}`
}
