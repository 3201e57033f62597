import {
  ManagementRolePage,
  ManagementRolePermissionPage,
  type ManagementRole,
  type ManagementRolePermission,
} from '@rollcall/contracts/management-api'
import type { CallTenant } from './call-tenant.ts'
import { readPages } from './read-pages.ts'
import { understand } from './understand.ts'

/** What roles and organizations give to who has them. */
export interface TenantGroupAccess {
  /** What somebody is within an organization, and nowhere else. @throws NotFound */
  memberRoles(member: { organizationId: string; userId: string }): Promise<ManagementRole[]>
  /** @throws NotFound */
  rolePermissions(roleId: string): Promise<ManagementRolePermission[]>
}

export function createTenantGroupAccess(call: CallTenant): TenantGroupAccess {
  return {
    memberRoles: ({ organizationId, userId }) =>
      readPages(async (paging) => {
        const page = await call({
          isRepeatable: true,
          run: (sdk, options) => sdk.organizations.members.roles.list(organizationId, userId, paging, options),
        })
        return understand(ManagementRolePage, page.response, 'GET /api/v2/organizations/{id}/members/{user_id}/roles')
          .roles
      }),
    rolePermissions: (roleId) =>
      readPages(async (paging) => {
        const page = await call({
          isRepeatable: true,
          run: (sdk, options) => sdk.roles.permissions.list(roleId, paging, options),
        })
        return understand(ManagementRolePermissionPage, page.response, 'GET /api/v2/roles/{id}/permissions').permissions
      }),
  }
}
