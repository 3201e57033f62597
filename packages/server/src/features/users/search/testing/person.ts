import { randomUUID } from 'node:crypto'
import { foldText } from '@rollcall/contracts/admin-api/user-filter'
import type { Kysely } from '@rollcall/database'
import { searchTextOf } from '../search-text.ts'

/** A user as the directory holds one, and what other tables say of them. */
export interface Person {
  user_id: string
  email: string | null
  email_verified: boolean
  name: string | null
  nickname: string | null
  username: string | null
  given_name: string | null
  family_name: string | null
  phone_number: string | null
  phone_verified: boolean
  connection: string | null
  blocked: boolean
  mfa: boolean
  /** Whether another of the people has the same address. */
  email_shared: boolean
  /** Whether one of those has signed in. */
  email_used_elsewhere: boolean
  deletion_scheduled: boolean
  created_at: Date
  updated_at: Date
  last_login: Date | null
  last_ip: string | null
  logins_count: number
  identities: { provider: string; connection: string; user_id: string | number }[]
  user_metadata: unknown
  app_metadata: unknown
  roles: string[]
  organizations: string[]
  tags: string[]
  notes: string[]
  /** Days, as `2025-03-14`. */
  signed_in_on: string[]
  failed_on: string[]
}

/** Of whom nothing is known but what is told. */
export const somebody = (told: Pick<Person, 'user_id' | 'created_at' | 'updated_at'> & Partial<Person>): Person => ({
  email: null,
  email_verified: false,
  name: null,
  nickname: null,
  username: null,
  given_name: null,
  family_name: null,
  phone_number: null,
  phone_verified: false,
  connection: null,
  blocked: false,
  mfa: false,
  email_shared: false,
  email_used_elsewhere: false,
  deletion_scheduled: false,
  last_login: null,
  last_ip: null,
  logins_count: 0,
  identities: [],
  user_metadata: {},
  app_metadata: {},
  roles: [],
  organizations: [],
  tags: [],
  notes: [],
  signed_in_on: [],
  failed_on: [],
  ...told,
})

export interface Group {
  id: string
  name: string
  display_name: string | null
}

export type Tables = Record<string, Record<string, unknown>>

export async function insertGroups(db: Kysely<Tables>, roles: Group[], organizations: Group[]): Promise<void> {
  await db.insertInto('roles').values(roles.map(({ id, name }) => ({ role_id: id, name }))).execute() // prettier-ignore
  await db
    .insertInto('organizations')
    .values(organizations.map(({ id, name, display_name }) => ({ organization_id: id, name, display_name })))
    .execute()
}

export async function insertPerson(db: Kysely<Tables>, person: Person): Promise<void> {
  const {
    roles,
    organizations,
    tags,
    notes,
    signed_in_on,
    failed_on,
    email_shared: _follows,
    email_used_elsewhere: _followsToo,
    deletion_scheduled,
    ...user
  } = person
  const { user_id, created_at } = user
  const row = {
    ...user,
    identities: JSON.stringify(user.identities),
    user_metadata: JSON.stringify(user.user_metadata),
    app_metadata: JSON.stringify(user.app_metadata),
    name_key: user.name === null ? null : foldText(user.name),
    email_key: user.email === null ? null : foldText(user.email),
    reading: 1,
  }
  await db.insertInto('users').values(row).execute()
  await db
    .insertInto('user_search')
    .values({ user_id, created_at, txt: searchTextOf(user) })
    .execute()
  const related: [string, Record<string, unknown>[]][] = [
    ['user_roles', roles.map((role_id) => ({ role_id, user_id, reading: 1 }))],
    ['organization_members', organizations.map((organization_id) => ({ organization_id, user_id, reading: 1 }))],
    ['user_tags', tags.map((tag) => ({ user_id, tag, tag_key: foldText(tag) }))],
    ['user_notes', notes.map((text) => ({ user_id, text, txt: foldText(text), author_id: 'auth0|staff' }))],
    ['user_days', signed_in_on.map((day) => ({ kind: 'sign-in', day, user_id }))],
    ['user_days', failed_on.map((day) => ({ kind: 'failure', day, user_id }))],
  ]
  if (deletion_scheduled) await scheduleDeletion(db, user_id)
  for (const [table, rows] of related) if (rows.length > 0) await db.insertInto(table).values(rows).execute()
}

async function scheduleDeletion(db: Kysely<Tables>, user_id: string): Promise<void> {
  const run_id = randomUUID()
  const run = { run_id, user_id, action: 'user.schedule-deletion', actor_id: 'auth0|staff', phase: 'done', lease_until: new Date() }
  await db.insertInto('action_runs').values({ ...run, origin: '{}', before: '{}', wanted: '{}' }).execute()
  const due = { tenant: 'https://example.auth0.com', was_blocked: false, due_at: new Date() }
  await db.insertInto('scheduled_deletions').values({ user_id, run_id, ...due }).execute()
} // prettier-ignore
