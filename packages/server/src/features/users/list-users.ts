import type { ListUsersQuery, UserPage, UserSort } from '@rollcall/contracts/admin-api'
import { InvalidInput } from '@rollcall/http-kit'
import type { ListTenantUsers, TenantClient } from '@rollcall/tenant-client'
import { presentUserSummary } from './present-user.ts'
import { toUserQuery } from './search-users.ts'

export interface ListUsersDeps {
  tenant: Pick<TenantClient, 'pagingLimit'> & { users: Pick<TenantClient['users'], 'list'> }
}

const tenantFields = {
  name: 'name',
  email: 'email',
  createdAt: 'created_at',
  lastLoginAt: 'last_login',
  loginCount: 'logins_count',
} as const

/**
 * One page of the users that match.
 * @throws InvalidInput `beyond-reach` if the page ends past what the tenant's paging can reach
 */
export async function listUsers({ tenant }: ListUsersDeps, query: ListUsersQuery): Promise<UserPage> {
  const { page, perPage, sort, search } = query
  if ((page + 1) * perPage > tenant.pagingLimit && page > 0) throw beyondReach(tenant.pagingLimit)
  const found = await tenant.users.list({ page, perPage, sort: toTenantSort(sort), query: toUserQuery(search) })
  return {
    users: found.users.map(presentUserSummary),
    page,
    perPage,
    total: found.total,
    reachable: Math.min(found.total, tenant.pagingLimit),
  }
}

function toTenantSort(sort: UserSort): ListTenantUsers['sort'] {
  const isDown = sort.startsWith('-')
  const field = (isDown ? sort.slice(1) : sort) as keyof typeof tenantFields // UserSort is made of exactly these
  return { field: tenantFields[field], direction: isDown ? 'down' : 'up' }
}

function beyondReach(limit: number): InvalidInput {
  const detail = `The tenant shows at most ${limit} users of one list. Narrow it by searching to reach the others.`
  return new InvalidInput('beyond-reach', detail, [
    { path: 'query.page', message: `Ask only for pages that end at or before user ${limit}.` },
  ])
}
