import { sql } from '@rollcall/database'
import type { Kysely, RawBuilder } from '@rollcall/database'
import { z } from 'zod'
import { ManagementError, badRequest } from '../management/management-error.ts'
import { pagingQuery } from '../management/paging.ts'
import type { TenantSchema } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import { presentUser } from './present-user.ts'
import type { WireUser } from './present-user.ts'
import { compileQuery, searchPatternOf, searchText } from './search/compile-query.ts'
import { QuerySyntaxError, parseQuery } from './search/parse-query.ts'
import type { Query } from './search/parse-query.ts'
import { selectUsers } from './users.store.ts'

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

/** One page of the users that match, newest first unless asked otherwise; `total` counts all that match. */
export async function listUsers(
  { search, origins }: Pick<TenantContext, 'search' | 'origins'>,
  query: ListUsersQuery,
): Promise<{ users: WireUser[]; total: number }> {
  if (search.cap !== undefined && (query.page + 1) * query.per_page > search.cap) {
    throw badRequest(
      `You can only page through the first ${search.cap} records. See https://auth0.com/docs/users/search/v3/view-search-results-by-page#limitation.`,
      'invalid_paging',
    )
  }
  if (query.search_engine === 'v1')
    throw badRequest('You are not allowed to use search_engine=v1.', 'invalid_query_string')
  const tree = query.q === undefined || query.q.trim() === '' ? undefined : readQuery(query.q)
  const [users, total] = await search.read((db) =>
    Promise.all([
      selectUsers(db, pageOf(tree, query)),
      query.include_totals ? count(db, { tree, connection: query.connection }) : 0,
    ]),
  )
  const origin = origins()[0] ?? ''
  return { users: users.map((user) => presentUser(user, origin)), total }
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

/**
 * Who is on a page, in order. Read from an index, so that far pages skip over narrow entries and not over whole users; the users themselves are
 * fetched for one page only.
 */
function pageOf(tree: Query | undefined, query: ListUsersQuery): RawBuilder<unknown> {
  const { page, per_page: limit } = query
  const [field = 'created_at', direction = '-1'] = query.sort?.split(':') ?? []
  const order = direction === '-1' ? sql`DESC` : sql`ASC`
  const pattern = tree && searchPatternOf(tree)
  const slice = sql`LIMIT ${limit} OFFSET ${page * limit}`
  if (pattern !== undefined && field === 'created_at' && query.connection === undefined) {
    return sql`SELECT user_id, row_number() OVER () AS place FROM (
      SELECT user_id FROM user_search WHERE txt LIKE ${searchText(pattern)} ORDER BY created_at ${order}, user_id ${order} ${slice}) found`
  }
  // A user who lacks what is sorted by comes last, whichever way.
  const key = sortable[field] ?? sql`u.created_at`
  const nulls = nullable.includes(field) ? sql`NULLS LAST` : sql``
  return sql`SELECT user_id, row_number() OVER () AS place FROM (
    SELECT u.user_id FROM users u WHERE ${condition(tree, query.connection)}
    ORDER BY ${key} ${order} ${nulls}, u.user_id ${order} ${slice}) found`
}

const nullable = ['last_login', 'name', 'email', 'nickname', 'username', 'given_name', 'family_name', 'blocked']

async function count(
  db: Kysely<TenantSchema>,
  { tree, connection }: { tree: Query | undefined; connection: string | undefined },
): Promise<number> {
  const pattern = tree && searchPatternOf(tree)
  if (tree === undefined && connection === undefined) {
    const { rows } = await sql<{ total: number }>`SELECT sum(users)::bigint AS total FROM user_count`.execute(db)
    return rows[0]?.total ?? 0
  }
  const { rows } =
    pattern !== undefined && connection === undefined
      ? await sql<{
          total: number
        }>`SELECT count(*) AS total FROM user_search WHERE txt LIKE ${searchText(pattern)}`.execute(db)
      : await sql<{
          total: number
        }>`SELECT count(*) AS total FROM users u WHERE ${condition(tree, connection)}`.execute(db)
  return rows[0]?.total ?? 0
}

function condition(tree: Query | undefined, connection: string | undefined): RawBuilder<boolean> {
  const parts = [
    ...(tree ? [compileQuery(tree)] : []),
    ...(connection === undefined ? [] : [sql<boolean>`u.connection = ${connection}`]),
  ]
  return parts.length === 0 ? sql<boolean>`true` : sql<boolean>`${sql.join(parts, sql` AND `)}`
}
