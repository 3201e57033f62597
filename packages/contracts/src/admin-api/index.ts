export { DashboardConfig, Me, Permission, permissions } from './access.ts'
export { FieldError, Problem } from './problem.ts'
export { Identity, ListUsersQuery, User, UserId, UserPage, UserSort, UserSummary, userSortFields } from './users.ts'
