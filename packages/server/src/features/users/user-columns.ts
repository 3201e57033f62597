import { sql, type RawBuilder } from '@rollcall/database'
import type { UserColumnName } from '@rollcall/contracts/admin-api'
import { spreadsheetText } from '../../spreadsheet-text.ts'
import { isMembership, lookUpMemberships, membershipColumns } from './memberships.ts'

/** What each column reads of `users u`, besides paths into metadata. */
const expressions: Record<UserColumnName, RawBuilder<unknown>> = {
  user_id: sql`u.user_id`,
  name: sql`u.name`,
  email: sql`u.email`,
  email_verified: sql`u.email_verified`,
  nickname: sql`u.nickname`,
  username: sql`u.username`,
  given_name: sql`u.given_name`,
  family_name: sql`u.family_name`,
  phone_number: sql`u.phone_number`,
  phone_verified: sql`u.phone_verified`,
  connection: sql`u.connection`,
  identities: sql`u.identities`,
  roles: lookUpMemberships('roles', 'json'),
  organizations: lookUpMemberships('organizations', 'json'),
  tags: lookUpMemberships('tags', 'json'),
  blocked: sql`u.blocked`,
  mfa: sql`u.mfa`,
  created_at: sql`u.created_at`,
  updated_at: sql`u.updated_at`,
  last_login: sql`u.last_login`,
  last_ip: sql`u.last_ip`,
  logins_count: sql`u.logins_count`,
  last_password_reset: sql`u.last_password_reset`,
}

/** How a column is read; `columnExpression` looks up each user's roles, organizations and tags. */
export type ReadColumn = (name: string) => RawBuilder<unknown>

/** The same, with memberships as CSV has them. */
export const textExpression: ReadColumn = (name) =>
  isMembership(name) ? lookUpMemberships(name, 'text') : columnExpression(name)

/** For many users: all memberships are gathered once, by `gatherMemberships`, rather than looked up for each. */
export const gatheredExpression: ReadColumn = (name) =>
  isMembership(name) ? sql.ref(`gathered.${name}`) : columnExpression(name)

/** @param name checked by the contract's `UserColumn` */
export function columnExpression(name: string): RawBuilder<unknown> {
  if (Object.hasOwn(expressions, name)) return expressions[name as UserColumnName]
  const [table = '', ...path] = name.split('.')
  return path.length === 0 ? sql.ref(`u.${table}`) : sql`${sql.ref(`u.${table}`)} #> ${path}::text[]`
}

const summary = sql`u.user_id, u.name, u.email, u.email_verified, u.picture, u.connection, u.blocked, u.created_at, u.last_login, u.logins_count`

/** What every row of a list has; further columns travel in one JSON object beside it. */
export function rowColumns(further: readonly string[]): RawBuilder<unknown> {
  if (further.length === 0) return summary
  const pairs = further.map((name) => sql`${name}::text, ${jsonExpression(name)}`)
  return sql`${summary}, json_build_object(${sql.join(pairs)}) AS columns`
}

/** A column as it stands in JSON: moments as ISO 8601 UTC. */
export function jsonExpression(name: string, read: ReadColumn = columnExpression): RawBuilder<unknown> {
  return isMoment(name) ? sql`to_char(${read(name)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')` : read(name)
}

/** For `Database.copyText`: moments are in UTC. */
export const rawExpression = (name: string, read: ReadColumn): RawBuilder<unknown> =>
  isMoment(name) ? sql`${read(name)} AT TIME ZONE 'UTC'` : read(name)

/**
 * For `Database.copyCsv`: text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection), what is found at a path is
 * without the quotes of JSON, and moments are ISO 8601.
 * @param read with memberships as text
 */
export function csvExpression(name: string, read: ReadColumn): RawBuilder<unknown> {
  switch (kindOfColumn(name)) {
    case 'text':
      return spreadsheetText(read(name))
    case 'path':
      return spreadsheetText(sql`(${read(name)} #>> '{}')`)
    case 'moment':
      return jsonExpression(name, read)
    default:
      return read(name) // JSON begins with a bracket, and memberships have been seen to
  }
}

const isMoment = (name: string) => kindOfColumn(name) === 'moment'

/** `path`: what is found at one in metadata, any JSON. */
export type ColumnKind = 'text' | 'boolean' | 'number' | 'moment' | 'list' | 'json' | 'path'

const kinds: Record<Exclude<ColumnKind, 'text' | 'path'>, readonly string[]> = {
  boolean: ['email_verified', 'phone_verified', 'blocked', 'mfa'],
  number: ['logins_count'],
  moment: ['created_at', 'updated_at', 'last_login', 'last_password_reset'],
  list: membershipColumns,
  json: ['identities', 'user_metadata', 'app_metadata'],
}

/** What stands in a column. */
export function kindOfColumn(name: string): ColumnKind {
  if (name.includes('.')) return 'path'
  const found = Object.entries(kinds).find(([, names]) => names.includes(name))
  return found ? (found[0] as keyof typeof kinds) : 'text' // the keys of that very object
}
