import type {
  AccessExplanation,
  RelatedUsers,
  TimelineKind,
  UserBlocks,
  UserCounts,
  UserFactors,
  UserIdentities,
  UserNotes,
  UserOrganizations,
  UserPermissions,
  UserRefreshTokens,
  UserRoles,
  UserSessions,
  UserTags,
  UserTimeline,
} from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../../api/api-client.ts'

/** What each part of a user is answered with. */
export interface UserParts {
  summary: UserCounts
  identities: UserIdentities
  roles: UserRoles
  permissions: UserPermissions
  organizations: UserOrganizations
  sessions: UserSessions
  'refresh-tokens': UserRefreshTokens
  factors: UserFactors
  blocks: UserBlocks
  related: RelatedUsers
  notes: UserNotes
  tags: UserTags
}

const pathOf = (userId: string, part: string) => `users/${encodeURIComponent(userId)}/${part}`

export const getPart = <Name extends keyof UserParts>(
  api: ApiClient,
  { userId, part }: { userId: string; part: Name },
  signal: AbortSignal,
): Promise<UserParts[Name]> => api.get(pathOf(userId, part), signal)

export const getTimeline = (
  api: ApiClient,
  { userId, kind, after }: { userId: string; kind: TimelineKind | undefined; after: string },
  signal: AbortSignal,
): Promise<UserTimeline> => {
  const query = new URLSearchParams({ ...(kind && { kind }), ...(after && { after }) }).toString()
  return api.get(pathOf(userId, query ? `timeline?${query}` : 'timeline'), signal)
}

export const explainAccess = (
  api: ApiClient,
  { userId, ...wanted }: { userId: string; permission: string; api: string },
  signal: AbortSignal,
): Promise<AccessExplanation> => api.get(pathOf(userId, `access?${new URLSearchParams(wanted).toString()}`), signal)
