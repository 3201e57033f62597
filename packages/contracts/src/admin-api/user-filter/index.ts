export { findUserField, infoOf, metadataField, metadataPath, nearUserFields, userFields } from './fields.ts'
export type { UserFieldInfo, UserFieldKind } from './fields.ts'
export { findFolded, foldText } from './fold-text.ts'
export type { FoundRange } from './fold-text.ts'
export { readMoment, spanOfMoment } from './moment-span.ts'
export type { Span } from './moment-span.ts'
export { looksLikeScalar, parseUserFilter, readNumber, UserFilterFault } from './parse-user-filter.ts'
export { printUserFilter } from './print-user-filter.ts'
export { joinFilters } from './user-filter.ts'
export type {
  AgoUnit,
  Bound,
  BoundValue,
  MatchFilter,
  MomentValue,
  RangeFilter,
  UserField,
  UserFilter,
} from './user-filter.ts'
