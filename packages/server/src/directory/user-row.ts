import { foldText } from '@rollcall/contracts/admin-api'
import type { ManagementUser } from '@rollcall/contracts/management-api'
import { storable, storableJson as json } from '../store/storable.ts'
import { searchTextOf } from '../features/users/search/search-text.ts'

/** The columns of `users` that an answer about a user fills, with their types. `reading` comes from the question. */
export const userColumns = {
  user_id: 'text',
  email: 'text',
  email_verified: 'boolean',
  name: 'text',
  nickname: 'text',
  username: 'text',
  given_name: 'text',
  family_name: 'text',
  phone_number: 'text',
  phone_verified: 'boolean',
  picture: 'text',
  connection: 'text',
  blocked: 'boolean',
  mfa: 'boolean',
  created_at: 'timestamptz(3)',
  updated_at: 'timestamptz(3)',
  last_login: 'timestamptz(3)',
  last_ip: 'text',
  logins_count: 'integer',
  last_password_reset: 'timestamptz(3)',
  identities: 'jsonb',
  user_metadata: 'jsonb',
  app_metadata: 'jsonb',
  name_key: 'text',
  email_key: 'text',
} as const

type UserColumn = keyof typeof userColumns
/** As PostgreSQL reads it: moments and JSON are text. */
export type UserRow = Record<UserColumn, string | number | boolean | null> & { user_id: string; txt: string }

/** An index takes no longer key; a name has at most 300 characters, an address 320. */
const longestKey = 320
/** One line of the index that search reads by time takes 2,700 bytes, with the id. */
const longestTextBytes = 2300

/** A user of the tenant as a row of the directory. Characters that PostgreSQL cannot store become U+FFFD. */
export function toUserRow(user: ManagementUser): UserRow {
  const name = text(user.name)
  const email = text(user.email)
  return {
    user_id: user.user_id,
    email,
    email_verified: user.email_verified ?? false,
    name,
    nickname: text(user.nickname),
    username: text(user.username),
    given_name: text(user.given_name),
    family_name: text(user.family_name),
    phone_number: text(user.phone_number),
    phone_verified: user.phone_verified ?? false,
    picture: text(user.picture),
    connection: text(user.identities[0]?.connection),
    blocked: user.blocked ?? false,
    mfa: (user.multifactor?.length ?? 0) > 0,
    created_at: user.created_at,
    updated_at: user.updated_at,
    last_login: user.last_login ?? null,
    last_ip: text(user.last_ip),
    logins_count: user.logins_count ?? 0,
    last_password_reset: user.last_password_reset ?? null,
    identities: json(user.identities),
    user_metadata: json(user.user_metadata ?? {}),
    app_metadata: json(user.app_metadata ?? {}),
    name_key: name === null ? null : foldText(name).slice(0, longestKey),
    email_key: email === null ? null : foldText(email).slice(0, longestKey),
    txt: searchText(user),
  }
}

function searchText(user: ManagementUser): string {
  const whole = storable(searchTextOf(user))
  if (whole.length * 3 <= longestTextBytes || Buffer.byteLength(whole) <= longestTextBytes) return whole
  const lines = whole.split('\n')
  const longestLine = Math.floor(longestTextBytes / lines.length / 3)
  return lines.map((line) => line.slice(0, longestLine).toWellFormed()).join('\n')
}

const text = (value: string | null | undefined): string | null => (typeof value === 'string' ? storable(value) : null)
