export { DashboardConfig, Me, Permission, permissions } from './access.ts'
export { Change, DirectoryStatus, Freshness } from './directory.ts'
export {
  Activity,
  ActivityQuery,
  Breakdown,
  BreakdownQuery,
  breakdowns,
  FieldValues,
  FieldValuesQuery,
  MetadataPaths,
} from './insights.ts'
export { FieldError, Problem } from './problem.ts'
export {
  CountUsersQuery,
  ExportUsersQuery,
  Identity,
  ListUsersQuery,
  RefreshUsersQuery,
  User,
  UserColumn,
  userColumns,
  UserCount,
  UserId,
  UserPage,
  UserSort,
  UserSummary,
  userSortFields,
} from './users.ts'
export type { UserColumnName } from './users.ts'
export { View, ViewContent, ViewList } from './views.ts'
