import { ManagementUser } from '@rollcall/contracts/management-api'
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

/** By what Rollcall changes a user of the tenant. Each is one request, and throws NotFound where there is no such user. */
export interface TenantUserChanges {
  /** @returns the user as they are then */
  updateUser(userId: string, patch: TenantUserPatch): Promise<ManagementUser>
  /** Idempotent, as Auth0's is: deleting a user who is not there succeeds. */
  deleteUser(userId: string): Promise<void>
  endSessions(userId: string): Promise<void>
  revokeRefreshTokens(userId: string): Promise<void>
  /** One of them. Idempotent, as Auth0's is. */
  endSession(sessionId: string): Promise<void>
  /** One session, and the refresh tokens that came of it. */
  revokeSession(sessionId: string): Promise<void>
  /** One of them. */
  revokeRefreshToken(tokenId: string): Promise<void>
  /** Those of brute-force protection, for all addresses. */
  liftBlocks(userId: string): Promise<void>
  assignRoles(userId: string, roleIds: readonly string[]): Promise<void>
  removeRoles(userId: string, roleIds: readonly string[]): Promise<void>
  /** Sends mail, so it is asked for once whatever happens. */
  sendVerification(userId: string): Promise<void>
}

/** @param change one call of those that change users */
export function createTenantUserChanges(change: CallTenant): TenantUserChanges {
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
    endSession: (sessionId) =>
      change({ isRepeatable: true, run: async (sdk, options) => sdk.sessions.delete(sessionId, options) }),
    revokeSession: (sessionId) =>
      change({ isRepeatable: true, run: async (sdk, options) => sdk.sessions.revoke(sessionId, options) }),
    revokeRefreshToken: (tokenId) =>
      change({ isRepeatable: true, run: async (sdk, options) => sdk.refreshTokens.delete(tokenId, options) }),
    liftBlocks: (userId) =>
      change({ isRepeatable: true, run: async (sdk, options) => sdk.userBlocks.delete(userId, options) }),
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
