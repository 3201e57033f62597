import { ManagementUser } from '@rollcall/contracts/management-api'
import type { CallTenant } from './call-tenant.ts'
import { understand } from './understand.ts'

/** What `POST /api/v2/users` is sent. */
export interface RecreatedUser {
  connection: string
  /** Without the prefix that the user id has. */
  user_id: string
  /** For a database connection, which takes nobody without one. */
  password?: string
  email?: string
  email_verified?: boolean
  username?: string
  phone_number?: string
  phone_verified?: boolean
  name?: string
  nickname?: string
  given_name?: string
  family_name?: string
  picture?: string
  blocked?: boolean
  user_metadata?: Record<string, unknown>
  app_metadata?: Record<string, unknown>
}

export interface PermissionOfApi {
  resource_server_identifier: string
  permission_name: string
}

/** Making a user again who was deleted, and giving back what they had. Each is one request. */
export interface TenantRestoration {
  /** Sends them no mail. @throws Conflict when there is such a user, or another one with their address */
  recreateUser(user: RecreatedUser): Promise<ManagementUser>
  /** @throws NotFound or InvalidInput where one of the permissions is no more */
  returnPermissions(userId: string, permissions: readonly PermissionOfApi[]): Promise<void>
  returnToOrganization(organizationId: string, userId: string): Promise<void>
  returnOrganizationRoles(member: { organizationId: string; userId: string }, roleIds: readonly string[]): Promise<void>
  /** @param identity of an account of its own, which is one no more afterwards */
  relinkIdentity(userId: string, identity: { provider: string; user_id: string }): Promise<void>
}

/** @param onChange told when something may have changed, also by a request that failed */
export function createTenantRestoration(call: CallTenant, onChange: () => void): TenantRestoration {
  const change: CallTenant = (task) => call(task).finally(onChange)
  return {
    async recreateUser(user) {
      const request = { ...user, verify_email: false }
      // Not repeatable: the second of two would be told that there is such a user.
      const made = await change({ isRepeatable: false, run: (sdk, options) => sdk.users.create(request, options) })
      return understand(ManagementUser, made, 'POST /api/v2/users')
    },
    // What somebody has already they keep, so these are repeatable though they are POSTs.
    returnPermissions: (userId, permissions) =>
      change({
        isRepeatable: true,
        run: async (sdk, options) => {
          await sdk.users.permissions.create(userId, { permissions: [...permissions] }, options)
        },
      }),
    returnToOrganization: (organizationId, userId) =>
      change({
        isRepeatable: true,
        run: async (sdk, options) => sdk.organizations.members.create(organizationId, { members: [userId] }, options),
      }),
    returnOrganizationRoles: ({ organizationId, userId }, roleIds) =>
      change({
        isRepeatable: true,
        run: async (sdk, options) =>
          sdk.organizations.members.roles.assign(organizationId, userId, { roles: [...roleIds] }, options),
      }),
    async relinkIdentity(userId, { provider, user_id }) {
      const request = { provider: provider as 'auth0', user_id } // the SDK lists the providers it knows of
      await change({ isRepeatable: false, run: (sdk, options) => sdk.users.identities.link(userId, request, options) })
    },
  }
}
