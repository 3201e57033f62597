export { ManagementRefreshTokenPage, ManagementSessionPage } from './access.ts'
export { ManagementErrorBody, OAuthErrorBody } from './errors.ts'
export { ManagementJob } from './jobs.ts'
export { ManagementLogEntries, ManagementLogEntry } from './logs.ts'
export {
  ManagementMemberPage,
  ManagementOrganization,
  ManagementOrganizationCheckpointPage,
  ManagementOrganizationPage,
} from './organizations.ts'
export { ManagementRole, ManagementRolePage, ManagementRoleUserPage } from './roles.ts'
export { ManagementIdentity, ManagementUser, ManagementUserPage, ManagementUserSummary } from './users.ts'
