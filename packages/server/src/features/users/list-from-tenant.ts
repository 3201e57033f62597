import type { UserFilter, UserPage, UserSort } from '@rollcall/contracts/admin-api'
import { InvalidInput } from '@rollcall/http-kit'
import type { ListTenantUsers, TenantClient } from '@rollcall/tenant-client'
import { presentUserSummary } from './present-user.ts'
import { printAuth0Query } from './search/auth0-query.ts'
import { readCursor, writeCursor } from './search/page-cursor.ts'
import { sortOrderOf } from './search/sort-order.ts'

export interface ListFromTenantDeps {
  tenant: Pick<TenantClient, 'pagingLimit'> & { users: Pick<TenantClient['users'], 'list'> }
}

export interface ListFromTenant {
  filter: UserFilter
  sort: UserSort
  limit: number
  after: string | undefined
  columns: readonly string[]
  now: Date
}

/** What the tenant's search can sort by. */
const sortable = ['name', 'email', 'created_at', 'last_login', 'logins_count'] as const
/** Auth0's own most for one page. */
const mostPerPage = 100

/**
 * A page asked of the tenant itself, within the limits of its search: no roles and organizations, not all filters and sorts, 1,000 users in all.
 * @throws InvalidInput `filter-needs-directory`, `sort-needs-directory`, `cursor-invalid`
 */
export async function listFromTenant(
  { tenant }: ListFromTenantDeps,
  { filter, sort, limit, after, columns, now }: ListFromTenant,
): Promise<Pick<UserPage, 'users' | 'next' | 'count' | 'reachable'>> {
  const cursor = after === undefined ? undefined : readCursor(after, sort, sortOrderOf(sort))
  const page = cursor && 'page' in cursor ? cursor.page : 0
  const perPage = Math.min(limit, mostPerPage)
  const found = await tenant.users.list({ page, perPage, sort: toTenantSort(sort), q: printAuth0Query(filter, now) })
  const reachable = Math.min(found.total, tenant.pagingLimit)
  const hasNext = (page + 1) * perPage < found.total && (page + 2) * perPage <= tenant.pagingLimit
  return {
    users: found.users.map((user) => ({ ...presentUserSummary(user), columns: unanswered(columns) })),
    next: hasNext ? writeCursor({ sort, page: page + 1 }) : null,
    count: page === 0 ? { users: found.total, isExact: true } : null,
    reachable,
  }
}

/** A list asked live is as narrow as the tenant's own summary; what else was asked for is there, and empty. */
export const unanswered = (columns: readonly string[]) => Object.fromEntries(columns.map((name) => [name, null]))

function toTenantSort(sort: UserSort): ListTenantUsers['sort'] {
  const isDown = sort.startsWith('-')
  const name = isDown ? sort.slice(1) : sort
  const field = sortable.find((candidate) => candidate === name)
  if (field) return { field, direction: isDown ? 'down' : 'up' }
  const detail = `The tenant cannot sort by ${name}; that needs Rollcall’s directory.`
  const message = `While the tenant is asked live, sort by one of ${sortable.join(', ')}.`
  throw new InvalidInput('sort-needs-directory', detail, [{ path: 'query.sort', message }])
}
