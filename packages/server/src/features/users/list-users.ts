import type {
  CountUsersQuery,
  ListUsersQuery,
  UserCount,
  UserFilter,
  UserPage,
  UserSummary,
} from '@rollcall/contracts/admin-api'
import type { Sight } from '../../custom-fields/custom-fields.ts'
import { checkVisible } from '../../custom-fields/refuse.ts'
import { listFromDirectory, readUsers } from './list-from-directory.ts'
import { listFromTenant, unanswered } from './list-from-tenant.ts'
import { presentUserSummary } from './present-user.ts'
import { readFilter } from './read-filter.ts'
import { printAuth0Query } from './search/auth0-query.ts'
import { countUpTo } from './search/find-users.ts'
import { whoIsShown } from './who-is-shown.ts'
import { userSource, type UserSourceDeps } from './user-source.ts'

/**
 * One page of the users that match.
 * @param sight of whoever asks
 * @throws InvalidInput `filter-invalid`, `cursor-invalid`; asked of the tenant live, also what only the directory can answer
 */
export async function listUsers(
  deps: UserSourceDeps,
  query: ListUsersQuery & { sight: Sight },
  now: Date,
): Promise<UserPage> {
  const { sort, limit, after, columns = [], count, sight } = query
  checkVisible([sort.replace(/^-/, ''), ...columns], sight)
  const filter = readFilter(query.filter, sight)
  const wanted = { filter, sort, limit, after, columns, isCounted: count !== 'none', now }
  const source = await userSource(deps)
  const { freshness } = source
  if (source.kind === 'tenant') return { ...(await listFromTenant(source, wanted)), freshness }
  const shown = await whoIsShown(filter, source.bin)
  return { ...(await listFromDirectory(source.db, { ...wanted, filter: shown })), reachable: null, freshness }
}

/** How many match: exactly, or up to `most` of them. */
export async function countUsers(
  deps: UserSourceDeps,
  query: CountUsersQuery & { sight: Sight },
  now: Date,
): Promise<UserCount> {
  const filter = readFilter(query.filter, query.sight)
  const source = await userSource(deps)
  if (source.kind === 'directory')
    return countUpTo(source.db, { filter: await whoIsShown(filter, source.bin), now, most: query.most })
  const sort = { field: 'created_at', direction: 'down' } as const
  const q = printAuth0Query(filter, now)
  const { total } = await source.tenant.users.list({ page: 0, perPage: 1, sort, q })
  return { users: total, isExact: true }
}

/** Auth0 answers a hundred at once, and refuses an address that is too long (414). */
const askedAtOnce = 50

/** Rows of a list as they are now; who is gone is left out. */
export async function refreshUsers(
  deps: UserSourceDeps,
  {
    userIds,
    columns = [],
    sight,
  }: { userIds: readonly string[]; columns?: readonly string[] | undefined; sight: Sight },
): Promise<{ users: UserSummary[] }> {
  checkVisible(columns, sight)
  const source = await userSource(deps)
  if (source.kind === 'directory') return { users: await readUsers(source.db, { userIds, columns }) }
  const sort = { field: 'created_at', direction: 'down' } as const
  const found: UserSummary[] = []
  for (let from = 0; from < userIds.length; from += askedAtOnce) {
    const of = userIds.slice(from, from + askedAtOnce).map((text): UserFilter => ({ kind: 'match', field: 'user_id', pieces: [text] })) // prettier-ignore
    const q = printAuth0Query({ kind: 'any', of }, new Date())
    const { users } = await source.tenant.users.list({ page: 0, perPage: askedAtOnce, sort, q })
    found.push(...users.map((user) => ({ ...presentUserSummary(user), columns: unanswered(columns) })))
  }
  return { users: found }
}
