export { ManagementApi, ManagementApiPage } from './apis.ts'
export { ManagementConnection, ManagementConnectionPage } from './connections.ts'
export { ManagementErrorBody, OAuthErrorBody } from './errors.ts'
export { ManagementImportErrors, ManagementJob } from './jobs.ts'
export { ManagementLogEntries, ManagementLogEntry } from './logs.ts'
export {
  ManagementMemberPage,
  ManagementOrganization,
  ManagementOrganizationCheckpointPage,
  ManagementOrganizationPage,
} from './organizations.ts'
export { ManagementRole, ManagementRolePage, ManagementRoleUserPage } from './roles.ts'
export {
  ManagementRolePermission,
  ManagementRolePermissionPage,
  ManagementUserPermission,
  ManagementUserPermissionPage,
} from './user-access.ts'
export { ManagementRecoveryCode, ManagementTicket } from './tickets.ts'
export {
  ManagementIdentityTokens,
  ManagementIdentityWithProfile,
  ManagementLinkedIdentities,
  ManagementUserIdentities,
} from './user-identities.ts'
export { ManagementUserLogEntries, ManagementUserLogEntry } from './user-log.ts'
export {
  ManagementAuthenticationMethod,
  ManagementAuthenticationMethodPage,
  ManagementClientNamePage,
  ManagementEnrollment,
  ManagementEnrollments,
  ManagementRefreshToken,
  ManagementRefreshTokenPage,
  ManagementSession,
  ManagementSessionPage,
  ManagementUserBlock,
  ManagementUserBlocks,
} from './user-sign-ins.ts'
export {
  ManagementIdentity,
  ManagementUser,
  ManagementUserPage,
  ManagementUsersByEmail,
  ManagementUserSummary,
} from './users.ts'
