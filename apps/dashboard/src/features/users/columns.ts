import type { UserColumnName, UserSort, UserSummary } from '@rollcall/contracts/admin-api'
import { ownFieldAt } from '../fields/own-fields.ts'

export type ColumnKind = 'person' | 'text' | 'code' | 'moment' | 'number' | 'verified' | 'blocked' | 'flag' | 'list'

interface ColumnFacts {
  kind: ColumnKind
  /** In px; what room is left is shared out in proportion. */
  width: number
  /** Where every row has it; any other is asked for. */
  read?: (user: UserSummary) => unknown
  isSortable?: false
}

const facts: Record<UserColumnName, ColumnFacts> = {
  name: { kind: 'person', width: 280, read: (user) => user.name },
  email: { kind: 'text', width: 230, read: (user) => user.email },
  email_verified: { kind: 'verified', width: 120, read: (user) => user.isEmailVerified },
  blocked: { kind: 'blocked', width: 108, read: (user) => user.isBlocked },
  connection: { kind: 'text', width: 170, read: (user) => user.connection },
  last_login: { kind: 'moment', width: 136, read: (user) => user.lastLoginAt },
  logins_count: { kind: 'number', width: 92, read: (user) => user.loginCount },
  created_at: { kind: 'moment', width: 136, read: (user) => user.createdAt },
  user_id: { kind: 'code', width: 270, read: (user) => user.userId },
  nickname: { kind: 'text', width: 140 },
  username: { kind: 'text', width: 140 },
  given_name: { kind: 'text', width: 130 },
  family_name: { kind: 'text', width: 130 },
  phone_number: { kind: 'text', width: 150 },
  phone_verified: { kind: 'verified', width: 120 },
  identities: { kind: 'list', width: 200, isSortable: false },
  roles: { kind: 'list', width: 190, isSortable: false },
  organizations: { kind: 'list', width: 190, isSortable: false },
  tags: { kind: 'list', width: 190, isSortable: false },
  mfa: { kind: 'flag', width: 88 },
  updated_at: { kind: 'moment', width: 136 },
  last_ip: { kind: 'code', width: 150 },
  last_password_reset: { kind: 'moment', width: 150 },
}
const metadata: ColumnFacts = { kind: 'text', width: 170 }

/** Every column but those of metadata, in the order they are offered. */
export const columnNames = Object.keys(facts) as UserColumnName[]
export const defaultColumns: string[] = [
  'name',
  'connection',
  'last_login',
  'logins_count',
  'email_verified',
  'blocked',
  'created_at',
]

/** The same as the contract's, whose schemas would be a tenth of the bundle. */
const metadataPath = /^(app|user)_metadata(\.[^.,:\s"]{1,100}){1,8}$/

const isNamed = (column: string): column is UserColumnName => Object.hasOwn(facts, column)
export const isMetadata = (column: string): boolean => metadataPath.test(column)
export const isColumn = (column: string): boolean => isNamed(column) || isMetadata(column)
const factsOf = (column: string): ColumnFacts => (isNamed(column) ? facts[column] : metadata)

export const kindOf = (column: string): ColumnKind =>
  ownFieldAt(column)?.type === 'number' ? 'number' : factsOf(column).kind
export const widthOf = (column: string): number => factsOf(column).width
export const isSortable = (column: string): boolean => isColumn(column) && factsOf(column).isSortable !== false

/** What a user has in a column; undefined or null: nothing. */
export function valueOf(user: UserSummary, column: string): unknown {
  const { read } = factsOf(column)
  return read ? read(user) : user.columns[column]
}

/** The columns that the server must be asked for: the others come with every row. */
export const furtherColumns = (columns: readonly string[]): string[] =>
  columns.filter((column) => !factsOf(column).read)

/** The order one expects of a column: texts from A, moments and counts from the latest and the most, blocked before not. */
export function firstSort(column: string): UserSort {
  return ['text', 'code', 'person', 'list'].includes(kindOf(column)) ? column : `-${column}`
}
