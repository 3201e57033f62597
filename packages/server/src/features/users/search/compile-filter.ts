import { foldText, infoOf, spanOfMoment } from '@rollcall/contracts/admin-api/user-filter'
import type {
  BoundValue,
  MatchFilter,
  RangeFilter,
  UserField,
  UserFilter,
} from '@rollcall/contracts/admin-api/user-filter'
import { plannedAnew, sql } from '@rollcall/database'
import type { RawBuilder } from '@rollcall/database'
import { metadataExists, metadataMatches, metadataWithin } from './compile-metadata.ts'
import { standsInSearch, textExists, textFound, textMatches, textWithin } from './compile-text.ts'
import { likePattern, lowered } from './like-pattern.ts'
import { wholeLimits } from './whole-limits.ts'

type Condition = RawBuilder<boolean>

/**
 * Turns a filter into a condition on `users u` joined with `user_search s`. It is true or not true, never in between: whoever is not found by a
 * filter is found by its negation. Values travel as parameters only.
 * @param now what `now-30d` is counted back from
 */
export function compileFilter(filter: UserFilter, { now }: { now: Date }): Condition {
  const condition = compile(filter, true, now)
  // Making the plan takes longer than finding one user by an index.
  return isWholeOfFew(filter) ? condition : sql<boolean>`${plannedAnew} ${condition}`
}

const fieldsOfFew: UserField[] = ['user_id', 'email', 'last_ip', 'identities.user_id']

/** A whole value that few users have, which an index knows: whatever it is, there is one plan. */
export const isWholeOfFew = (filter: UserFilter): boolean =>
  filter.kind === 'match' && filter.pieces.length === 1 && fieldsOfFew.includes(filter.field)

export interface TablesRead {
  users: boolean
  search: boolean
}

/** Which of the two tables the condition reads. One that reads `s` alone, as a search does, is counted fastest without the other. */
export function tablesRead(filter: UserFilter): TablesRead {
  switch (filter.kind) {
    case 'all':
    case 'any': {
      const parts = filter.of.map(tablesRead)
      return { users: parts.some(({ users }) => users), search: parts.some(({ search }) => search) }
    }
    case 'not':
      return tablesRead(filter.of)
    case 'text':
      return { users: false, search: true }
    default: {
      const search =
        infoOf(filter.field).kind === 'text' &&
        standsInSearch(filter.field, filter.kind === 'match' ? filter.pieces : undefined)
      return { users: !search, search }
    }
  }
}

/** A negation is carried inwards to what it negates: there PostgreSQL finds an index for it, or joins against it. */
function compile(filter: UserFilter, isWanted: boolean, now: Date): Condition {
  switch (filter.kind) {
    case 'all':
    case 'any': {
      const isAll = (filter.kind === 'all') === isWanted
      if (filter.of.length === 0) return isAll ? sql<boolean>`true` : sql<boolean>`false`
      const parts = filter.of.map((part) => compile(part, isWanted, now))
      return sql<boolean>`(${sql.join(parts, isAll ? sql` AND ` : sql` OR `)})`
    }
    case 'not':
      return compile(filter.of, !isWanted, now)
    case 'is':
      if (filter.field === 'email_shared')
        return filter.value === isWanted ? sharesEmail : sql<boolean>`NOT ${sharesEmail}`
      if (filter.field === 'email_used_elsewhere')
        return filter.value === isWanted ? emailUsedElsewhere : sql<boolean>`NOT ${emailUsedElsewhere}`
      if (filter.field === 'deletion_scheduled')
        return related(sql`scheduled_deletions d WHERE d.user_id = u.user_id`, filter.value === isWanted)
      return filter.value === isWanted
        ? sql<boolean>`${column(filter.field)}`
        : sql<boolean>`NOT ${column(filter.field)}`
    case 'text':
      return decide(textFound(filter.text), isWanted)
    case 'match':
      return match(filter, isWanted)
    case 'range':
      return range(filter, isWanted, now)
    case 'exists':
      return exists(filter.field, isWanted)
  }
}

const column = (field: UserField) => sql.ref(`u.${field}`)

/** Of what may be unknown, what is not true is its negation. */
const decide = (condition: Condition, isWanted: boolean): Condition =>
  isWanted ? condition : sql<boolean>`(${condition}) IS NOT TRUE`

/** Whether there are rows about the user elsewhere; PostgreSQL joins against this, negated or not. */
const related = (rows: RawBuilder<unknown>, isWanted: boolean): Condition =>
  isWanted ? sql<boolean>`EXISTS (SELECT 1 FROM ${rows})` : sql<boolean>`NOT EXISTS (SELECT 1 FROM ${rows})`

function match(filter: MatchFilter, isWanted: boolean): Condition {
  switch (infoOf(filter.field).kind) {
    case 'metadata':
      return decide(metadataMatches(filter), isWanted)
    case 'reference':
      return related(membersOf(filter), isWanted)
    default:
      return decide(textMatches(filter), isWanted)
  }
}

/** Where there are rows about the user, as `m`. */
const referenceTables: Record<string, string> = {
  role: 'user_roles',
  organization: 'organization_members',
  tag: 'user_tags',
  note: 'user_notes',
}

function membersOf({ field, pieces }: MatchFilter): RawBuilder<unknown> {
  if (field === 'tag' || field === 'note') return remarksOf(field, pieces.map(foldText))
  const pattern = likePattern(pieces)
  const id = (cell: RawBuilder<unknown>) =>
    pieces.length > 1 ? sql`${cell} LIKE ${pattern}` : sql`${cell} = ${pieces[0]}`
  const name = (cell: RawBuilder<unknown>) =>
    pieces.length > 1 ? sql`lower(${cell}) LIKE ${lowered(pattern)}` : sql`lower(${cell}) = ${lowered(pieces[0] ?? '')}`
  return field === 'role'
    ? sql`user_roles m JOIN roles r USING (role_id) WHERE m.user_id = u.user_id AND (${id(sql`r.role_id`)} OR ${name(sql`r.name`)})`
    : sql`organization_members m JOIN organizations o USING (organization_id) WHERE m.user_id = u.user_id
        AND (${id(sql`o.organization_id`)} OR ${name(sql`o.name`)} OR ${name(sql`o.display_name`)})`
}

/** A tag is asked for whole, a note by a part of it. */
function remarksOf(field: 'tag' | 'note', pieces: string[]): RawBuilder<unknown> {
  if (field === 'note') {
    return sql`user_notes m WHERE m.user_id = u.user_id AND m.txt LIKE ${likePattern(['', ...pieces, ''])}`
  }
  const isMeant = pieces.length > 1 ? sql`m.tag_key LIKE ${likePattern(pieces)}` : sql`m.tag_key = ${pieces[0]}`
  return sql`user_tags m WHERE m.user_id = u.user_id AND ${isMeant}`
}

const otherWithEmail = (condition: RawBuilder<unknown>) => sql<boolean>`(EXISTS (SELECT FROM shared_emails d WHERE d.email_key = u.email_key)
  AND EXISTS (SELECT FROM users o WHERE o.email_key = u.email_key AND o.user_id <> u.user_id ${condition}))` // prettier-ignore
const sharesEmail = otherWithEmail(sql``)
const emailUsedElsewhere = otherWithEmail(sql`AND o.last_login IS NOT NULL`)

const daysOf = (field: UserField) =>
  sql`user_days d WHERE d.user_id = u.user_id AND d.kind = ${field === 'failed_on' ? 'failure' : 'sign-in'}`

function exists(field: UserField, isWanted: boolean): Condition {
  switch (infoOf(field).kind) {
    case 'boolean':
      return isWanted ? sql<boolean>`true` : sql<boolean>`false`
    case 'number':
      // Auth0 has no count of sign-ins of somebody who never signed in.
      return decide(sql<boolean>`${column(field)} > 0`, isWanted)
    case 'moment':
      return decide(sql<boolean>`${column(field)} IS NOT NULL`, isWanted)
    case 'day':
      return related(daysOf(field), isWanted)
    case 'reference':
      return related(sql`${sql.table(referenceTables[field] ?? field)} m WHERE m.user_id = u.user_id`, isWanted)
    case 'metadata':
      return decide(metadataExists(field), isWanted)
    case 'text':
      return decide(textExists(field), isWanted)
  }
}

function range(filter: RangeFilter, isWanted: boolean, now: Date): Condition {
  const { field } = filter
  switch (infoOf(field).kind) {
    case 'number':
      return decide(and(countLimits(filter)), isWanted)
    case 'moment':
      return decide(and(momentLimits(filter, now)), isWanted)
    case 'day':
      return related(sql`${daysOf(field)} AND ${and(dayLimits(filter, now))}`, isWanted)
    case 'metadata':
      return decide(metadataWithin(filter, now), isWanted)
    default:
      return decide(textWithin(filter), isWanted)
  }
}

const and = (conditions: RawBuilder<unknown>[]): Condition => sql<boolean>`(${sql.join(conditions, sql` AND `)})`

function countLimits(filter: RangeFilter): RawBuilder<unknown>[] {
  const { least, greatest } = wholeLimits(filter)
  return [
    ...(least === undefined ? [] : [sql`${column(filter.field)} >= ${least}`]),
    ...(greatest === undefined ? [] : [sql`${column(filter.field)} <= ${greatest}`]),
  ]
}

function momentLimits({ field, from, to }: RangeFilter, now: Date): RawBuilder<unknown>[] {
  const limits: RawBuilder<unknown>[] = []
  if (from) {
    const span = spanOf(from.value, now)
    limits.push(sql`${column(field)} >= ${from.isInclusive ? span.from : span.until}::timestamptz`)
  }
  if (to) {
    const span = spanOf(to.value, now)
    limits.push(sql`${column(field)} < ${to.isInclusive ? span.until : span.from}::timestamptz`)
  }
  return limits
}

/** A moment within a day means that day. */
function dayLimits({ from, to }: RangeFilter, now: Date): RawBuilder<unknown>[] {
  const firstDay = (value: BoundValue) => dayOf(spanOf(value, now).from)
  const lastDay = (value: BoundValue) => dayOf(new Date(spanOf(value, now).until.getTime() - 1))
  const limits: RawBuilder<unknown>[] = []
  if (from) {
    limits.push(
      from.isInclusive ? sql`d.day >= ${firstDay(from.value)}::date` : sql`d.day > ${lastDay(from.value)}::date`,
    )
  }
  if (to)
    limits.push(to.isInclusive ? sql`d.day <= ${lastDay(to.value)}::date` : sql`d.day < ${firstDay(to.value)}::date`)
  return limits
}

const dayOf = (moment: Date) => moment.toISOString().slice(0, 10)

function spanOf(value: BoundValue, now: Date) {
  if (value.kind !== 'moment' && value.kind !== 'ago') throw new TypeError('A moment is bounded by moments.')
  return spanOfMoment(value, now)
}
