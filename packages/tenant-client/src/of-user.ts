import {
  ManagementAuthenticationMethodPage,
  ManagementEnrollments,
  ManagementIdentityTokens,
  ManagementRefreshToken,
  ManagementRefreshTokenPage,
  ManagementSession,
  ManagementSessionPage,
  ManagementUserBlocks,
  ManagementUserIdentities,
  ManagementUserPermissionPage,
  type ManagementAuthenticationMethod,
  type ManagementEnrollment,
  type ManagementIdentityWithProfile,
  type ManagementOrganization,
  type ManagementRole,
  type ManagementUserBlock,
  type ManagementUserPermission,
} from '@rollcall/contracts/management-api'
import { NotFound } from '@rollcall/http-kit'
import type { CallTenant, TenantTask } from './call-tenant.ts'
import type { IdentityName } from './credential-changes.ts'
import type { TenantOrganizations } from './organizations.ts'
import { readOn, readPages } from './read-pages.ts'
import type { TenantRoles } from './roles.ts'
import { understand } from './understand.ts'
import { createReadUserLog, type ReadUserLog } from './user-log.ts'

/** The beginning of a list, and whether that is all of it. */
export interface Beginning<Item> {
  items: Item[]
  isComplete: boolean
}

/** What belongs to one user, as the Management API has it. Each throws NotFound `user-not-found`. */
export interface TenantOfUser {
  /** Outside of organizations. */
  roles(userId: string): Promise<ManagementRole[]>
  /** Outside of organizations. */
  permissions(userId: string): Promise<ManagementUserPermission[]>
  organizations(userId: string): Promise<ManagementOrganization[]>
  identities(userId: string): Promise<ManagementIdentityWithProfile[]>
  /**
   * What a provider gave with a sign-in, by its name: the one way to it. Whatever else reads users takes it off at the edge.
   * @returns none also where Rollcall lacks the scope read:user_idp_tokens
   */
  identityTokens(userId: string, identity: IdentityName): Promise<{ name: string; token: string }[]>
  sessions(userId: string): Promise<Beginning<ManagementSession>>
  refreshTokens(userId: string): Promise<Beginning<ManagementRefreshToken>>
  /** @returns undefined if it is not there, or somebody else's */
  findSession(userId: string, sessionId: string): Promise<ManagementSession | undefined>
  /** @returns undefined if it is not there, or somebody else's */
  findRefreshToken(userId: string, tokenId: string): Promise<ManagementRefreshToken | undefined>
  /** All of them. */
  countSessions(userId: string): Promise<number>
  countRefreshTokens(userId: string): Promise<number>
  authenticationMethods(userId: string): Promise<ManagementAuthenticationMethod[]>
  enrollments(userId: string): Promise<ManagementEnrollment[]>
  /** Those of brute-force protection. */
  blocks(userId: string): Promise<ManagementUserBlock[]>
  /** Asks for no proof that there is such a user: of one who is gone, the log may still tell. */
  log: ReadUserLog
}

/** Nobody reads more of somebody's sessions or tokens than this. */
const mostRead = 200

export function createTenantOfUser(
  call: CallTenant,
  { roles, organizations }: { roles: TenantRoles; organizations: TenantOrganizations },
): TenantOfUser {
  const read = <Answer>(run: TenantTask<Answer>['run']) => call({ isRepeatable: true, run })
  const sessionPages = (userId: string) =>
    readOn(async (paging) => {
      const page = await read((sdk, options) => sdk.users.sessions.list(userId, paging, options))
      const { sessions, next } = understand(ManagementSessionPage, page.response, 'GET /api/v2/users/{id}/sessions')
      return { items: sessions, next }
    })
  const refreshTokenPages = (userId: string) =>
    readOn(async (paging) => {
      const page = await read((sdk, options) => sdk.users.refreshToken.list(userId, paging, options))
      const request = 'GET /api/v2/users/{id}/refresh-tokens'
      const { tokens, next } = understand(ManagementRefreshTokenPage, page.response, request)
      return { items: tokens, next }
    })
  return {
    roles: (userId) => ofUser(userId, roles.ofUser(userId)),
    organizations: (userId) => ofUser(userId, organizations.ofUser(userId)),
    permissions: (userId) =>
      ofUser(
        userId,
        readPages(async (paging) => {
          const page = await read((sdk, options) => sdk.users.permissions.list(userId, paging, options))
          return understand(ManagementUserPermissionPage, page.response, 'GET /api/v2/users/{id}/permissions')
            .permissions
        }),
      ),
    async identities(userId) {
      const wanted = { fields: 'user_id,identities', include_fields: true }
      const answer = await ofUser(
        userId,
        read((sdk, options) => sdk.users.get(userId, wanted, options)),
      )
      return understand(ManagementUserIdentities, answer, 'GET /api/v2/users/{id}').identities
    },
    async identityTokens(userId, identity) {
      const wanted = { fields: 'user_id,identities', include_fields: true }
      const answer = await ofUser(
        userId,
        read((sdk, options) => sdk.users.get(userId, wanted, options)),
      )
      const { identities } = understand(ManagementIdentityTokens, answer, 'GET /api/v2/users/{id}')
      const found = identities.find((one) => one.provider === identity.provider && one.user_id === identity.user_id)
      return (['access_token', 'access_token_secret', 'refresh_token'] as const).flatMap((name) => {
        const token = found?.[name]
        return token === undefined ? [] : [{ name, token }]
      })
    },
    sessions: (userId) => ofUser(userId, beginningOf(sessionPages(userId))),
    refreshTokens: (userId) => ofUser(userId, beginningOf(refreshTokenPages(userId))),
    findSession: (userId, sessionId) =>
      findTheirs(userId, async () => {
        const answer = await read((sdk, options) => sdk.sessions.get(sessionId, options))
        return understand(ManagementSession, answer, 'GET /api/v2/sessions/{id}')
      }),
    findRefreshToken: (userId, tokenId) =>
      findTheirs(userId, async () => {
        const answer = await read((sdk, options) => sdk.refreshTokens.get(tokenId, options))
        return understand(ManagementRefreshToken, answer, 'GET /api/v2/refresh-tokens/{id}')
      }),
    countSessions: (userId) => ofUser(userId, count(sessionPages(userId))),
    countRefreshTokens: (userId) => ofUser(userId, count(refreshTokenPages(userId))),
    authenticationMethods: (userId) =>
      ofUser(
        userId,
        readPages(async (paging) => {
          const page = await read((sdk, options) => sdk.users.authenticationMethods.list(userId, paging, options))
          const request = 'GET /api/v2/users/{id}/authentication-methods'
          return understand(ManagementAuthenticationMethodPage, page.response, request).authenticators
        }),
      ),
    async enrollments(userId) {
      const answer = await ofUser(
        userId,
        read((sdk, options) => sdk.users.enrollments.get(userId, options)),
      )
      return understand(ManagementEnrollments, answer, 'GET /api/v2/users/{id}/enrollments')
    },
    async blocks(userId) {
      const answer = await ofUser(
        userId,
        read((sdk, options) => sdk.userBlocks.list(userId, {}, options)),
      )
      return understand(ManagementUserBlocks, answer, 'GET /api/v2/user-blocks/{id}').blocked_for
    },
    log: createReadUserLog(call),
  }
}

/** Says of whom there is nothing. */
async function ofUser<Answer>(userId: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof NotFound) throw new NotFound('user-not-found', `There is no user ${userId}.`)
    throw error
  }
}

async function findTheirs<Owned extends { user_id?: string | null | undefined }>(
  userId: string,
  find: () => Promise<Owned>,
): Promise<Owned | undefined> {
  try {
    const found = await find()
    return found.user_id === userId ? found : undefined
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

async function beginningOf<Item>(pages: AsyncIterable<Item[]>): Promise<Beginning<Item>> {
  const items: Item[] = []
  for await (const page of pages) {
    if (items.length >= mostRead) return { items, isComplete: page.length === 0 }
    items.push(...page)
  }
  return { items, isComplete: true }
}

async function count(pages: AsyncIterable<unknown[]>): Promise<number> {
  let total = 0
  for await (const items of pages) total += items.length
  return total
}
