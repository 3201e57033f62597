export { DashboardConfig, Me, Permission, permissions } from './access.ts'
export { FieldError, Problem } from './problem.ts'
export { Identity, ListUsersQuery, User, UserId, UserPage, UserSort, UserSummary, userSortFields } from './users.ts'
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
