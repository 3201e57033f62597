import { sql, type RawBuilder } from '@rollcall/database'
import {
  joinFilters,
  printUserFilter,
  type Breakdown,
  type BreakdownQuery,
  type UserFilter,
} from '@rollcall/contracts/admin-api'
import type { Sight } from '../../custom-fields/custom-fields.ts'
import { readFilter } from '../users/read-filter.ts'
import { compileFilter, tablesRead } from '../users/search/compile-filter.ts'
import type { UserSource } from '../users/user-source.ts'
import { whoIsShown } from '../users/who-is-shown.ts'
import { countUsers, isEverybody } from '../users/search/find-users.ts'
import type { StoreQueries } from '../../store/open-store.ts'

interface Group {
  key: string
  users: number
  /** What its users have in common; undefined: no filter says it. */
  filter: UserFilter
}

/** Users divided by something, the largest groups first; each with the filter that finds its users. */
export async function breakDownUsers(
  { db, bin }: Extract<UserSource, { kind: 'directory' }>,
  { by, filter: text, days, most, sight }: BreakdownQuery & { sight: Sight },
  now: Date,
): Promise<Breakdown> {
  const filter = readFilter(text, sight)
  const groups = await dividers[by]({ db, filter: await whoIsShown(filter, bin), now, days })
  const shown = groups.slice(0, most)
  return {
    groups: shown.map(({ key, users, filter: own }) => ({ key, users, filter: printUserFilter(both(filter, own)) })),
    others: groups.slice(most).reduce((sum, { users }) => sum + users, 0),
  }
}

interface Question {
  db: StoreQueries
  filter: UserFilter
  now: Date
  days: number
}

const both = (one: UserFilter, other: UserFilter): UserFilter => joinFilters('all', [one, other])

const is = (field: string, text: string): UserFilter => ({ kind: 'match', field, pieces: [text] })
const has = (field: string): UserFilter => ({ kind: 'exists', field })
const not = (of: UserFilter): UserFilter => ({ kind: 'not', of })

const dividers: Record<BreakdownQuery['by'], (question: Question) => Promise<Group[]>> = {
  connection: async (question) =>
    (await count(question, sql`u.connection`)).map(({ key, users }) =>
      key === null
        ? { key: '', users, filter: not(has('connection')) }
        : { key: String(key), users, filter: is('connection', String(key)) },
    ),
  role: (question) => byMembership(question, 'role', sql`user_roles m JOIN roles r USING (role_id)`, sql`r.role_id`, sql`r.name`), // prettier-ignore
  organization: (question) =>
    byMembership(
      question,
      'organization',
      sql`organization_members m JOIN organizations o USING (organization_id)`,
      sql`o.organization_id`,
      sql`coalesce(o.display_name, o.name)`,
    ),
  email_verified: (question) => yesAndNo(question, 'email_verified'),
  blocked: (question) => yesAndNo(question, 'blocked'),
  mfa: (question) => yesAndNo(question, 'mfa'),
  last_seen: bySilence,
  sign_ups: async ({ days, ...question }) => {
    const since = new Date(Date.UTC(question.now.getUTCFullYear(), question.now.getUTCMonth(), question.now.getUTCDate() - days + 1)) // prettier-ignore
    const day = sql`to_char(u.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')`
    const counted = await count({ ...question, days }, day, sql<boolean>`u.created_at >= ${since}`)
    return counted
      .map(({ key, users }) => ({ key: String(key), users, filter: wholeDay(String(key)) }))
      .sort((one, other) => one.key.localeCompare(other.key))
  },
  duplicates: async (question) => {
    const counted = await count(
      question,
      sql`u.email_key`,
      sql<boolean>`u.email_key IN (SELECT email_key FROM shared_emails)`,
      sql`HAVING count(*) > 1`,
    )
    return counted.map(({ key, users }) => ({ key: String(key), users, filter: is('email', String(key)) }))
  },
}

/** Groups by an expression on `u`, the largest first. */
async function count(
  { db, filter, now }: Question,
  key: RawBuilder<unknown>,
  also: RawBuilder<boolean> = sql<boolean>`true`,
  having: RawBuilder<unknown> = sql``,
): Promise<{ key: unknown; users: number }[]> {
  const { rows } = await sql<{
    key: unknown
    users: number
  }>`SELECT ${key} AS key, count(*) AS users FROM ${tables(filter)}
    WHERE ${matching(filter, now)} AND ${also} GROUP BY 1 ${having} ORDER BY users DESC, key`.execute(db)
  return rows
}

const tables = (filter: UserFilter) =>
  tablesRead(filter).search ? sql`users u JOIN user_search s USING (user_id)` : sql`users u`
const matching = (filter: UserFilter, now: Date) =>
  isEverybody(filter) ? sql<boolean>`true` : compileFilter(filter, { now })

async function byMembership(
  { db, filter, now }: Question,
  field: string,
  members: RawBuilder<unknown>,
  id: RawBuilder<unknown>,
  name: RawBuilder<unknown>,
): Promise<Group[]> {
  const users = isEverybody(filter)
    ? sql``
    : sql`JOIN (SELECT u.user_id FROM ${tables(filter)} WHERE ${matching(filter, now)}) u USING (user_id)`
  const { rows } = await sql<{
    id: string
    key: string
    users: number
  }>`SELECT ${id} AS id, ${name} AS key, count(*) AS users
    FROM ${members} ${users} GROUP BY 1, 2 ORDER BY users DESC, key`.execute(db)
  return rows.map((row) => ({ key: row.key, users: row.users, filter: is(field, row.id) }))
}

/** Of everybody, those who differ from most are few and have an index of their own; the others are the rest. */
async function yesAndNo(question: Question, field: 'email_verified' | 'blocked' | 'mfa'): Promise<Group[]> {
  const { db, filter, now } = question
  const wanted = (value: boolean): UserFilter => ({ kind: 'is', field, value })
  const isRare = field !== 'email_verified'
  const [all, rare] = await Promise.all([
    countUsers(db, { filter, now }),
    countUsers(db, { filter: both(filter, wanted(isRare)), now }),
  ])
  const yes = isRare ? rare : all - rare
  return [
    { key: 'true', users: yes, filter: wanted(true) },
    { key: 'false', users: all - yes, filter: wanted(false) },
  ]
}

const dayMs = 86_400_000
/** How long ago somebody signed in for the last time, in days. */
const silences = [1, 7, 30, 90, 365]

async function bySilence(question: Question): Promise<Group[]> {
  const { db, filter, now } = question
  // Counted side by side: for a grouping PostgreSQL would prepare for as many groups as there are moments.
  const sinceThen = silences.map((days) => {
    const then = new Date(now.getTime() - days * dayMs)
    return sql`count(*) FILTER (WHERE u.last_login >= ${then})`
  })
  const { rows } = await sql<{ counts: number[] }>`
    SELECT ARRAY[${sql.join(sinceThen)}, count(u.last_login), count(*)]::bigint[] AS counts
    FROM ${tables(filter)} WHERE ${matching(filter, now)}`.execute(db)
  /** Since each of the moments, ever, and all. */
  const counts = rows[0]?.counts.map(Number) ?? []
  const between = (place: number) => (counts[place] ?? 0) - (counts[place - 1] ?? 0)
  const ago = (days: number) => ({ value: { kind: 'ago', amount: days, unit: 'd' } as const })
  const within = silences.map((days, index): Group => {
    const after = silences[index - 1]
    const to = after === undefined ? {} : { to: { ...ago(after), isInclusive: false } }
    return {
      key: `${days}d`,
      users: between(index),
      filter: { kind: 'range', field: 'last_login', from: { ...ago(days), isInclusive: true }, ...to },
    }
  })
  const last = silences.at(-1) ?? 0
  const before: UserFilter = { kind: 'range', field: 'last_login', to: { ...ago(last), isInclusive: false } }
  return [
    ...within,
    { key: 'before', users: between(silences.length), filter: before },
    { key: 'never', users: between(silences.length + 1), filter: not(has('last_login')) },
  ]
}

function wholeDay(day: string): UserFilter {
  const bound = { value: { kind: 'moment', moment: day } as const, isInclusive: true }
  return { kind: 'range', field: 'created_at', from: bound, to: bound }
}
