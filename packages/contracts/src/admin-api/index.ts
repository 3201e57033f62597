export { DashboardConfig, Me, Permission, permissions } from './access.ts'
export {
  ActionList,
  ActionOutcome,
  ActionPhase,
  ActionPreview,
  ActionRun,
  ActionStep,
  actionEnvelope,
  ActionWarning,
  BasedOn,
  FieldChange,
  IdempotencyKey,
  Reason,
  UndoRequest,
} from './actions.ts'
export { ApiList } from './apis.ts'
export { AuditEntry, AuditPage, AuditQuery, ExportAuditQuery } from './audit.ts'
export { CleanUp, CleanUpSegment } from './clean-up.ts'
export { firstLevelOf, fitsCustomField, isDay, valueAtPath } from './custom-field-values.ts'
export { CustomField, customFieldTypes } from './custom-fields.ts'
export { DeletedUser, DeletedUserPage, DeletedUsersQuery, RecycleBinReport } from './deleted-users.ts'
export { Change, DirectoryStatus, Freshness } from './directory.ts'
export {
  ImportColumn,
  ImportConnections,
  importFields,
  ImportFindings,
  ImportFormat,
  ImportMode,
  ImportPage,
  ImportPhase,
  ImportPlan,
  ImportReportQuery,
  ImportRow,
  ImportRowPage,
  ImportRowsQuery,
  ImportRowState,
  ImportSample,
  ImportsQuery,
  NewImportQuery,
  StartImport,
  UserImport,
} from './imports.ts'
export type { ImportField } from './imports.ts'
export {
  Activity,
  ActivityQuery,
  Breakdown,
  BreakdownQuery,
  breakdowns,
  FieldValues,
  FieldValuesQuery,
  jsonTypeOf,
  jsonTypes,
  MetadataPaths,
} from './insights.ts'
export type { JsonType } from './insights.ts'
export {
  ApproveJob,
  Job,
  JobDrift,
  JobPage,
  JobPhase,
  JobPlan,
  JobSchedule,
  JobScheduleChange,
  JobScheduleList,
  JobSelection,
  JobSpeed,
  JobsQuery,
  JobUnmatched,
  JobUser,
  JobUserPage,
  JobUsersQuery,
  JobUserState,
  NewJob,
  NewJobSchedule,
  RefuseJob,
  StartJob,
  UndoJob,
} from './jobs.ts'
export { ConnectionList, newUserProfile } from './new-user.ts'
export type { Connection } from './new-user.ts'
export { NoteContent, TagList, TagsChange, UserNote, UserNotes, UserTags } from './notes.ts'
export { PersonalData, PersonalDataRequest } from './personal-data.ts'
export { FieldError, Problem } from './problem.ts'
export { notTooDeep } from './query-values.ts'
export { reservedAppMetadata, UserEdit } from './user-edit.ts'
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
export {
  AccessExplanation,
  AccessQuery,
  Api,
  NamedOrganization,
  NamedRole,
  PermissionSource,
  RoleHolders,
  RoleSource,
  UserOrganizations,
  UserPermission,
  UserPermissions,
  UserRoles,
} from './user-page/access.ts'
export { RelatedUsers, UserIdentities } from './user-page/accounts.ts'
export { PartCount, PartProblem, UserCounts } from './user-page/counts.ts'
export { factorKinds, UserBlocks, UserFactors, UserRefreshTokens, UserSessions } from './user-page/sign-ins.ts'
export { TimelineEntry, TimelineKind, timelineKinds, TimelineQuery, UserTimeline } from './user-page/timeline.ts'
export { View, ViewContent, ViewList } from './views.ts'
export {
  findFolded,
  findUserField,
  foldText,
  infoOf,
  joinFilters,
  looksLikeScalar,
  metadataField,
  metadataPath,
  nearUserFields,
  parseUserFilter,
  printUserFilter,
  readMoment,
  readNumber,
  spanOfMoment,
  userFields,
  UserFilterFault,
} from './user-filter/index.ts'
export type {
  AgoUnit,
  Bound,
  BoundValue,
  FoundRange,
  MatchFilter,
  MomentValue,
  RangeFilter,
  Span,
  UserField,
  UserFieldInfo,
  UserFieldKind,
  UserFilter,
} from './user-filter/index.ts'
