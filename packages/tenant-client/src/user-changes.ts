import { ManagementUser } from '@rollcall/contracts/management-api'
import { NotFound } from '@rollcall/http-kit'
import type { CallTenant } from './call-tenant.ts'
import { understand } from './understand.ts'

/** What `PATCH /api/v2/users/{id}` is sent. null takes a member away; metadata is merged on its first level. */
export interface TenantUserPatch {
  name?: string | null
  nickname?: string | null
  given_name?: string | null
  family_name?: string | null
  picture?: string | null
  blocked?: boolean
  email_verified?: boolean
  user_metadata?: Record<string, unknown>
  app_metadata?: Record<string, unknown>
}

/** Everything by which Rollcall changes a user of the tenant. Each is one request, and throws NotFound where there is no such user. */
export interface TenantUserChanges {
  /** @returns the user as they are then */
  updateUser(userId: string, patch: TenantUserPatch): Promise<ManagementUser>
  /** Idempotent, as Auth0's is: deleting a user who is not there succeeds. */
  deleteUser(userId: string): Promise<void>
  endSessions(userId: string): Promise<void>
  revokeRefreshTokens(userId: string): Promise<void>
  assignRoles(userId: string, roleIds: readonly string[]): Promise<void>
  removeRoles(userId: string, roleIds: readonly string[]): Promise<void>
  /** Sends mail, so it is asked for once whatever happens. */
  sendVerification(userId: string): Promise<void>
}

/** @param onChange told when something may have changed, also by a request that failed: answers from before it are of no more use */
export function createTenantUserChanges(call: CallTenant, onChange: () => void): TenantUserChanges {
  const change: CallTenant = async (task) => {
    try {
      return await call(task)
    } catch (error) {
      if (error instanceof NotFound && /user/i.test(error.message))
        throw new NotFound('user-not-found', 'There is no such user any more.', { cause: error })
      throw error
    } finally {
      onChange()
    }
  }
  return {
    async updateUser(userId, patch) {
      // Repeatable: it sets what it names to the same values again.
      const user = await change({ isRepeatable: true, run: (sdk, options) => sdk.users.update(userId, patch, options) })
      return understand(ManagementUser, user, 'PATCH /api/v2/users/{id}')
    },
    deleteUser: (userId) =>
      change({ isRepeatable: true, run: async (sdk, options) => sdk.users.delete(userId, options) }),
    endSessions: (userId) =>
      change({ isRepeatable: true, run: async (sdk, options) => sdk.users.sessions.delete(userId, options) }),
    revokeRefreshTokens: (userId) =>
      change({ isRepeatable: true, run: async (sdk, options) => sdk.users.refreshToken.delete(userId, options) }),
    assignRoles: (userId, roleIds) =>
      // Repeatable though a POST: a role that is held already stays held.
      change({
        isRepeatable: true,
        run: async (sdk, options) => sdk.users.roles.assign(userId, { roles: [...roleIds] }, options),
      }),
    removeRoles: (userId, roleIds) =>
      change({
        isRepeatable: true,
        run: async (sdk, options) => sdk.users.roles.delete(userId, { roles: [...roleIds] }, options),
      }),
    async sendVerification(userId) {
      const request = { user_id: userId }
      await change({
        isRepeatable: false,
        run: (sdk, options) => sdk.jobs.verificationEmail.create(request, options),
      })
    },
  }
}
