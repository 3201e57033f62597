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
import { countUsers, everybodyCounted, isEverybody, isEverybodyToStay } from '../users/search/find-users.ts'
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
  role: (question) =>
    byMembership(question, {
      field: 'role',
      members: sql`user_roles`,
      groups: sql`roles`,
      id: sql`role_id`,
      name: sql`g.name`,
    }),
  organization: (question) =>
    byMembership(question, {
      field: 'organization',
      members: sql`organization_members`,
      groups: sql`organizations`,
      id: sql`organization_id`,
      name: sql`coalesce(g.display_name, g.name)`,
    }),
  email_verified: (question) => yesAndNo(question, 'email_verified'),
  blocked: (question) => yesAndNo(question, 'blocked'),
  mfa: (question) => yesAndNo(question, 'mfa'),
  last_seen: bySilence,
  sign_ups: async ({ days, ...question }) => {
    const since = new Date(Date.UTC(question.now.getUTCFullYear(), question.now.getUTCMonth(), question.now.getUTCDate() - days + 1)) // prettier-ignore
    // Days are written out once there are few of them: to write a day takes longer than to count a user.
    const day = sql`(u.created_at AT TIME ZONE 'UTC')::date`
    const counted = await count({ ...question, days }, day, { also: sql<boolean>`u.created_at >= ${since}` })
    return counted
      .map(({ key, users }) => ({ key: String(key), users, filter: wholeDay(String(key)) }))
      .sort((one, other) => one.key.localeCompare(other.key))
  },
  duplicates: async (question) => {
    const also = sql<boolean>`u.email_key IN (SELECT email_key FROM shared_emails)`
    const counted = await count(question, sql`u.email_key`, { also, least: 2 })
    return counted.map(({ key, users }) => ({ key: String(key), users, filter: is('email', String(key)) }))
  },
}

/** Rows to be counted; `less` are some of them that are taken off again. Both end in a condition. */
interface Counted {
  of: RawBuilder<unknown>
  less?: RawBuilder<unknown>
}

/**
 * Where nobody is left out but whoever is to be deleted, all are counted and those few taken off: to look for each of all users among them would
 * take longer than to count them.
 */
function usersCounted({ filter, now }: Question): Counted {
  const everybody = sql`users u WHERE true`
  if (isEverybody(filter)) return { of: everybody }
  if (isEverybodyToStay(filter))
    return { of: everybody, less: sql`users u JOIN scheduled_deletions d USING (user_id) WHERE true` }
  return { of: usersOf({ filter, now }) }
}

const usersOf = ({ filter, now }: Pick<Question, 'filter' | 'now'>) =>
  sql`users u ${tablesRead(filter).search ? sql`JOIN user_search s USING (user_id)` : sql``} WHERE ${compileFilter(filter, { now })}`

/** Groups by an expression on `u`, the largest first. */
async function count(
  question: Question,
  key: RawBuilder<unknown>,
  { also = sql<boolean>`true`, least = 1 }: { also?: RawBuilder<boolean>; least?: number } = {},
): Promise<{ key: string | null; users: number }[]> {
  const { of, less } = usersCounted(question)
  const part = (rows: RawBuilder<unknown>, sign: RawBuilder<unknown>) =>
    sql`SELECT ${key} AS key, ${sign}count(*) AS users FROM ${rows} AND ${also} GROUP BY 1`
  const { rows } = await sql<{ key: string | null; users: number }>`
    SELECT key::text, sum(users)::bigint AS users
    FROM (${part(of, sql``)} ${less ? sql`UNION ALL ${part(less, sql`-`)}` : sql``}) counted
    GROUP BY key HAVING sum(users) >= ${least} ORDER BY users DESC, key`.execute(question.db)
  return rows
}

interface Membership {
  field: 'role' | 'organization'
  members: RawBuilder<unknown>
  groups: RawBuilder<unknown>
  id: RawBuilder<unknown>
  name: RawBuilder<unknown>
}

async function byMembership(question: Question, { field, members, groups, id, name }: Membership): Promise<Group[]> {
  const { of, less } = membersCounted(question, members)
  const part = (rows: RawBuilder<unknown>, sign: RawBuilder<unknown>) =>
    sql`SELECT m.${id}, ${sign}count(*) AS users FROM ${rows} GROUP BY 1`
  const { rows } = await sql<{ id: string; key: string; users: number }>`
    SELECT ${id} AS id, ${name} AS key, sum(users)::bigint AS users
    FROM (${part(of, sql``)} ${less ? sql`UNION ALL ${part(less, sql`-`)}` : sql``}) counted JOIN ${groups} g USING (${id})
    GROUP BY 1, 2 HAVING sum(users) > 0 ORDER BY users DESC, key`.execute(question.db)
  return rows.map((row) => ({ key: row.key, users: row.users, filter: is(field, row.id) }))
}

function membersCounted({ filter, now }: Question, members: RawBuilder<unknown>): Counted {
  const everybody = sql`${members} m`
  if (isEverybody(filter)) return { of: everybody }
  if (isEverybodyToStay(filter))
    return { of: everybody, less: sql`${members} m JOIN scheduled_deletions d USING (user_id)` }
  return { of: sql`${members} m JOIN (SELECT u.user_id FROM ${usersOf({ filter, now })}) u USING (user_id)` }
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
  const counts = await countSince(
    question,
    silences.map((days) => new Date(question.now.getTime() - days * dayMs)),
  )
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

/** @returns who signed in since each of the moments, the latest first; then who ever did, and all */
async function countSince(question: Question, moments: Date[]): Promise<number[]> {
  const { of, less } = usersCounted(question)
  // Counted side by side: for a grouping PostgreSQL would prepare for as many groups as there are moments.
  const since = moments.map((moment) => sql`count(*) FILTER (WHERE u.last_login >= ${moment})`)
  const sideBySide = (rows: RawBuilder<unknown>) =>
    sql`(SELECT ARRAY[${sql.join(since)}, count(u.last_login), count(*)] FROM ${rows})`
  if (!isEverybody(question.filter) && !isEverybodyToStay(question.filter)) return countsOf(sideBySide(of))

  // Of everybody each span is counted in the index, but for the longest, who are the rest.
  const spans = moments.map((moment, place) => {
    const later = moments[place - 1]
    const before = later === undefined ? sql`` : sql`AND last_login < ${later}`
    return sql`(SELECT count(*) FROM users WHERE last_login >= ${moment} ${before})`
  })
  const never = sql`(SELECT count(*) FROM users WHERE last_login IS NULL)`
  const [counted, off] = await Promise.all([
    countsOf(sql`ARRAY[${sql.join(spans)}, ${never}, ${everybodyCounted}]`),
    less ? countsOf(sideBySide(less)) : [],
  ])
  const [nobody = 0, all = 0] = counted.slice(moments.length)
  let sum = 0
  const upTo = counted.slice(0, moments.length).map((users) => (sum += users))
  return [...upTo, all - nobody, all].map((users, place) => users - (off[place] ?? 0))

  async function countsOf(counts: RawBuilder<unknown>): Promise<number[]> {
    const { rows } = await sql<{ counts: (number | string)[] }>`SELECT ${counts}::bigint[] AS counts`.execute(
      question.db,
    )
    return rows[0]?.counts.map(Number) ?? []
  }
}

function wholeDay(day: string): UserFilter {
  const bound = { value: { kind: 'moment', moment: day } as const, isInclusive: true }
  return { kind: 'range', field: 'created_at', from: bound, to: bound }
}
