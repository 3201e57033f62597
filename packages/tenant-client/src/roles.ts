import { ManagementRolePage, ManagementRoleUserPage, type ManagementRole } from '@rollcall/contracts/management-api'
import type { CallTenant } from './call-tenant.ts'
import { readOn, readPages } from './read-pages.ts'
import { understand } from './understand.ts'

export interface TenantRoles {
  list(): Promise<ManagementRole[]>
  /** The ids of who holds a role, page by page. @throws NotFound */
  members(roleId: string): AsyncIterable<string[]>
  /** @throws NotFound */
  ofUser(userId: string): Promise<ManagementRole[]>
}

export function createTenantRoles(call: CallTenant): TenantRoles {
  return {
    list: () =>
      readPages(async (paging) => {
        const page = await call({ isRepeatable: true, run: (sdk, options) => sdk.roles.list(paging, options) })
        return understand(ManagementRolePage, page.response, 'GET /api/v2/roles').roles
      }),
    members: (roleId) =>
      readOn(async (paging) => {
        const page = await call({
          isRepeatable: true,
          run: (sdk, options) => sdk.roles.users.list(roleId, paging, options),
        })
        const { users, next } = understand(ManagementRoleUserPage, page.response, 'GET /api/v2/roles/{id}/users')
        return { items: users.map((user) => user.user_id), next }
      }),
    ofUser: (userId) =>
      readPages(async (paging) => {
        const page = await call({
          isRepeatable: true,
          run: (sdk, options) => sdk.users.roles.list(userId, paging, options),
        })
        return understand(ManagementRolePage, page.response, 'GET /api/v2/users/{id}/roles').roles
      }),
  }
}
