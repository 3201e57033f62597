import { ManagementUser, ManagementUserPage, ManagementUserSummary } from '@rollcall/contracts/management-api'
import { NotFound } from '@rollcall/http-kit'
import type { CallTenant } from './call-tenant.ts'
import { createCoalescer, type Changes } from './coalesce.ts'
import { understand } from './understand.ts'

export type TenantUserSortField = 'name' | 'email' | 'created_at' | 'last_login' | 'logins_count'

export interface ListTenantUsers {
  /** Counted from 0. */
  page: number
  /** 1 to 100. */
  perPage: number
  sort: { field: TenantUserSortField; direction: 'up' | 'down' }
  /** In Auth0's query syntax (search engine v3). */
  q?: string | undefined
}

export interface TenantUsers {
  /** @throws InvalidInput `beyond-reach` past what the tenant's paging can reach */
  list(wanted: ListTenantUsers): Promise<ManagementUserPage>
  /** @throws NotFound `user-not-found` */
  get(userId: string): Promise<ManagementUser>
  /** Like `get`, and never an answer to somebody who asked a moment before. @throws NotFound `user-not-found` */
  getAnew(userId: string): Promise<ManagementUser>
  /** After a change: answers under way may be from before it, and nobody new is to share them. */
  forget(): void
}

const summaryFields = Object.keys(ManagementUserSummary.shape).join(',')

/** @param changes of users, of which others may tell as well */
export function createTenantUsers(call: CallTenant, changes: Changes): TenantUsers {
  const lists = createCoalescer<ManagementUserPage>(changes)
  const gets = createCoalescer<ManagementUser>(changes)

  async function getAnew(userId: string): Promise<ManagementUser> {
    try {
      const user = await call({ isRepeatable: true, run: (sdk, options) => sdk.users.get(userId, {}, options) })
      return understand(ManagementUser, user, 'GET /api/v2/users/{id}')
    } catch (error) {
      if (error instanceof NotFound) throw new NotFound('user-not-found', `There is no user ${userId}.`)
      throw error
    }
  }

  return {
    list(wanted) {
      const request = {
        page: wanted.page,
        per_page: wanted.perPage,
        include_totals: true,
        sort: `${wanted.sort.field}:${wanted.sort.direction === 'up' ? 1 : -1}`,
        fields: summaryFields,
        include_fields: true,
        search_engine: 'v3' as const,
        ...(wanted.q && { q: wanted.q }),
      }
      return lists.share(JSON.stringify(request), async () => {
        const page = await call({ isRepeatable: true, run: (sdk, options) => sdk.users.list(request, options) })
        return understand(ManagementUserPage, page.response, 'GET /api/v2/users')
      })
    },

    get: (userId) => gets.share(userId, () => getAnew(userId)),

    getAnew,

    forget() {
      changes.count += 1
    },
  }
}
