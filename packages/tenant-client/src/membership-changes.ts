import type { CallTenant } from './call-tenant.ts'

/** A permission by the identifier of its API and its name. */
export interface PermissionName {
  resource_server_identifier: string
  permission_name: string
}

interface Member {
  organizationId: string
  userId: string
}

/** By what Rollcall changes what somebody may do and belongs to. Each is one request, and repeatable: what is so already stays so. */
export interface TenantMembershipChanges {
  assignPermissions(userId: string, permissions: readonly PermissionName[]): Promise<void>
  removePermissions(userId: string, permissions: readonly PermissionName[]): Promise<void>
  addToOrganization(member: Member): Promise<void>
  /** Takes what they are there with it. */
  removeFromOrganization(member: Member): Promise<void>
  assignMemberRoles(member: Member, roleIds: readonly string[]): Promise<void>
}

/** @param change one call of those that change users */
export function createTenantMembershipChanges(change: CallTenant): TenantMembershipChanges {
  return {
    assignPermissions: (userId, permissions) =>
      change({
        isRepeatable: true,
        run: async (sdk, options) => sdk.users.permissions.create(userId, { permissions: [...permissions] }, options),
      }),
    removePermissions: (userId, permissions) =>
      change({
        isRepeatable: true,
        run: async (sdk, options) => sdk.users.permissions.delete(userId, { permissions: [...permissions] }, options),
      }),
    addToOrganization: ({ organizationId, userId }) =>
      change({
        isRepeatable: true,
        run: async (sdk, options) => sdk.organizations.members.create(organizationId, { members: [userId] }, options),
      }),
    removeFromOrganization: ({ organizationId, userId }) =>
      change({
        isRepeatable: true,
        run: async (sdk, options) => sdk.organizations.members.delete(organizationId, { members: [userId] }, options),
      }),
    assignMemberRoles: ({ organizationId, userId }, roleIds) =>
      change({
        isRepeatable: true,
        run: async (sdk, options) =>
          sdk.organizations.members.roles.assign(organizationId, userId, { roles: [...roleIds] }, options),
      }),
  }
}
