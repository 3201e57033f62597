import type {
  ManagementApi,
  ManagementAuthenticationMethod,
  ManagementConnection,
  ManagementOrganization,
  ManagementRefreshToken,
  ManagementRole,
  ManagementSession,
  ManagementUser,
  ManagementUserBlock,
  ManagementUserPermission,
  ManagementUserSummary,
} from '@rollcall/contracts/management-api'
import type { Access, OrganizationAccess } from '../recycle-bin/access.ts'
import type { Kept, ScheduledDeletion } from '../recycle-bin/recycle-bin.ts'

/** A user as actions see them: what the tenant answers for them, and further facts where an action asks for some. */
export interface UserState {
  /** undefined: there is no such user (any more). */
  user: ManagementUser | undefined
  /** The roles they hold. */
  roles?: ManagementRole[] | undefined
  /** Every role of the tenant. */
  allRoles?: ManagementRole[] | undefined
  /** The permissions they have outside of organizations, also by roles. */
  permissions?: ManagementUserPermission[] | undefined
  /** Every API of the tenant; undefined also where Rollcall may not see them. */
  apis?: ManagementApi[] | undefined
  /** Where they belong to. */
  memberships?: ManagementOrganization[] | undefined
  /** Of the organizations asked about, those that there are; with no roles, also where the user is no member. */
  organizations?: OrganizationAccess[] | undefined
  factors?: ManagementAuthenticationMethod[] | undefined
  /** Those of brute-force protection. */
  blocks?: ManagementUserBlock[] | undefined
  /** How many are open; undefined also where the tenant does not let Rollcall see it. */
  sessions?: number | undefined
  refreshTokens?: number | undefined
  /** Of the sessions and tokens asked about, those that are there, and theirs. */
  openSessions?: ManagementSession[] | undefined
  openTokens?: ManagementRefreshToken[] | undefined
  /** Of the other users asked about, those that there are. */
  others?: ManagementUser[] | undefined
  /** Who has the addresses asked about. */
  holders?: ManagementUserSummary[] | undefined
  /** Known to whoever has just set a new one. */
  password?: 'set'
  /** null: nobody has scheduled it. */
  deletion?: ScheduledDeletion | null | undefined
  /** null: nothing of them is in the recycle bin. */
  kept?: Kept | null | undefined
  access?: Access | undefined
  /** Of the other users asked about, those that there are. */
  accessOfOthers?: { userId: string; access: Access }[] | undefined
  /** What is kept of the account asked about, that was linked to this user; null: nothing. */
  linked?: Kept | null | undefined
  /** Every organization of the tenant; undefined also where Rollcall may not see them. */
  allOrganizations?: ManagementOrganization[] | undefined
  /** For how long what is deleted at once is kept in the recycle bin; null: not at all. */
  keptForDays?: number | null | undefined
  /** Those in which users can be made. */
  connections?: ManagementConnection[] | undefined
  /** When a deletion would be due that is scheduled now. */
  nextDueAt?: Date | undefined
}
