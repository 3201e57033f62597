export { ManagementErrorBody, OAuthErrorBody } from './errors.ts'
export { ManagementIdentity, ManagementUser, ManagementUserPage, ManagementUserSummary } from './users.ts'
