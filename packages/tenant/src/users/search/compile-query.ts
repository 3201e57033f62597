import { sql } from '@rollcall/database'
import type { RawBuilder } from '@rollcall/database'
import { QuerySyntaxError } from './parse-query.ts'
import type { Bound, Query, Value } from './parse-query.ts'

type Condition = RawBuilder<boolean>

/** The text columns, and whether their case matters (Auth0, "User Search Query Syntax"). */
const textColumns: Record<string, { isCaseSensitive: boolean }> = {
  user_id: { isCaseSensitive: true },
  username: { isCaseSensitive: true },
  phone_number: { isCaseSensitive: true },
  last_ip: { isCaseSensitive: true },
  email: { isCaseSensitive: false },
  name: { isCaseSensitive: false },
  nickname: { isCaseSensitive: false },
  given_name: { isCaseSensitive: false },
  family_name: { isCaseSensitive: false },
}
const booleanColumns = ['email_verified', 'blocked', 'phone_verified']
const dateColumns = ['created_at', 'updated_at', 'last_login']
const identityColumns: Record<string, string> = {
  'identities.provider': 'provider',
  'identities.connection': 'connection',
  'identities.user_id': 'identity_id',
  'identities.isSocial': 'is_social',
}
/** What `user_search.txt` holds a line each of. */
const searchFields = ['email', 'name', 'nickname', 'username', 'phone_number']
const contradiction = sql<boolean>`false`

/**
 * Turns the tree into a condition on `users u`. Values travel as parameters only.
 * @throws QuerySyntaxError for a field that cannot be searched, or a value that is none of its kind
 */
export function compileQuery(query: Query): Condition {
  const pattern = searchPatternOf(query)
  if (pattern !== undefined)
    return sql<boolean>`u.user_id IN (SELECT user_id FROM user_search WHERE txt LIKE ${pattern})`
  switch (query.kind) {
    case 'and':
      return sql<boolean>`(${sql.join(query.parts.map(compileQuery), sql` AND `)})`
    case 'or':
      return sql<boolean>`(${sql.join(query.parts.map(compileQuery), sql` OR `)})`
    case 'not':
      // What is not known does not match either way in SQL; here it is simply not the value.
      return sql<boolean>`(${compileQuery(query.part)}) IS NOT TRUE`
    case 'exists':
      return exists(query.field)
    case 'range':
      return range(query.field, query.low, query.high)
    case 'match':
      return query.field === undefined ? anywhere(query.value) : match(query.field, query.value)
  }
}

/**
 * The LIKE pattern on `user_search.txt` that is the whole query, if it is one: the same text looked for within each searched field, or a bare
 * term. Such a query is answered from the narrow table alone.
 */
export function searchPatternOf(query: Query): string | undefined {
  if (query.kind === 'match' && query.field === undefined) {
    const { pieces } = query.value
    const literal = pieces.filter((piece) => piece !== '')
    return literal.length === 1 && (literal[0]?.length ?? 0) >= 3
      ? `%${escapeLike(literal[0] ?? '').toLowerCase()}%`
      : undefined
  }
  if (query.kind !== 'or') return undefined
  const wanted = new Set<string>()
  const fields = new Set<string>()
  for (const part of query.parts) {
    if (part.kind !== 'match' || part.field === undefined || !searchFields.includes(part.field)) return undefined
    const [before, text, after] = part.value.pieces
    if (part.value.pieces.length !== 3 || before !== '' || after !== '' || text === undefined || text === '')
      return undefined
    wanted.add(text.toLowerCase())
    fields.add(part.field)
  }
  const [text] = wanted
  const isWhole = wanted.size === 1 && fields.size === searchFields.length
  return isWhole && text !== undefined ? `%${escapeLike(text)}%` : undefined
}

const column = (name: string) => sql.ref(`u.${name}`)
const escapeLike = (text: string) => text.replace(/[\\%_]/g, '\\$&')
const likePattern = ({ pieces }: Value) => pieces.map(escapeLike).join('%')
const literalOf = ({ pieces }: Value) => pieces.join('*')
const isWildcard = ({ pieces, isPhrase }: Value) => !isPhrase && pieces.length > 1

function anywhere(value: Value): Condition {
  const pattern = `%${likePattern(value).replace(/^%|%$/g, '').toLowerCase()}%`
  return sql<boolean>`u.user_id IN (SELECT user_id FROM user_search WHERE txt LIKE ${pattern})`
}

function match(field: string, value: Value): Condition {
  const text = textColumns[field]
  if (text) return matchText(field, text.isCaseSensitive, value)
  if (field === 'email.domain') {
    const domain = sql`split_part(lower(u.email), '@', 2)`
    return isWildcard(value)
      ? sql<boolean>`${domain} LIKE ${likePattern(value).toLowerCase()}`
      : sql<boolean>`${domain} = ${literalOf(value).toLowerCase()}`
  }
  if (booleanColumns.includes(field)) {
    const wanted = literalOf(value)
    if (wanted !== 'true' && wanted !== 'false') return contradiction
    return sql<boolean>`coalesce(${column(field)}, false) = ${wanted === 'true'}`
  }
  if (field === 'logins_count') {
    const count = toNumber(value)
    return count === undefined ? contradiction : sql<boolean>`u.logins_count = ${count}`
  }
  if (dateColumns.includes(field)) {
    const bound = { text: literalOf(value), isInclusive: true }
    return range(field, bound, bound)
  }
  const identity = identityColumns[field]
  if (identity !== undefined) {
    const cell = sql`i.${sql.ref(identity)}::text`
    const condition = isWildcard(value) ? sql`${cell} LIKE ${likePattern(value)}` : sql`${cell} = ${literalOf(value)}`
    return sql<boolean>`EXISTS (SELECT 1 FROM identities i WHERE i.user_id = u.user_id AND ${condition})`
  }
  const metadata = metadataPath(field)
  if (metadata) return matchMetadata(metadata, value)
  throw new QuerySyntaxError(`${field} cannot be searched`)
}

function matchText(field: string, isCaseSensitive: boolean, value: Value): Condition {
  const cell = isCaseSensitive ? sql`${column(field)}` : sql`lower(${column(field)})`
  const fold = (text: string) => (isCaseSensitive ? text : text.toLowerCase())
  if (!isWildcard(value)) return sql<boolean>`${cell} = ${fold(literalOf(value))}`
  const pattern = fold(likePattern(value))
  const isAnchored = value.pieces[0] !== ''
  const longest = value.pieces.reduce((one, other) => (other.length > one.length ? other : one), '')
  if (isAnchored || longest.length < 3 || !searchFields.includes(field)) return sql<boolean>`${cell} LIKE ${pattern}`
  // The trigram index finds who may match in any field; the column then says who does.
  return sql<boolean>`(u.user_id IN (SELECT user_id FROM user_search WHERE txt LIKE ${`%${escapeLike(longest.toLowerCase())}%`}) AND ${cell} LIKE ${pattern})`
}

interface MetadataPath {
  table: 'user_metadata' | 'app_metadata'
  path: string[]
}

function metadataPath(field: string): MetadataPath | undefined {
  const [table, ...path] = field.split('.')
  const isMetadata = table === 'user_metadata' || table === 'app_metadata'
  return isMetadata && path.length > 0 && path.every(Boolean) ? { table, path } : undefined
}

function matchMetadata({ table, path }: MetadataPath, value: Value): Condition {
  if (isWildcard(value)) {
    if (table === 'user_metadata') throw new QuerySyntaxError('user_metadata cannot be searched with wildcards')
    return sql<boolean>`${column(table)} #>> ${path} LIKE ${likePattern(value)}`
  }
  const text = literalOf(value)
  const number = toNumber(value)
  const candidates: unknown[] = [text]
  if (!value.isPhrase && number !== undefined) candidates.push(number)
  if (!value.isPhrase && (text === 'true' || text === 'false')) candidates.push(text === 'true')
  // Arrays are searched as if each of their items stood alone.
  const documents = candidates.flatMap((candidate) => [nest(path, candidate), nest(path, [candidate])])
  return sql<boolean>`(${sql.join(
    documents.map((document) => sql`${column(table)} @> ${JSON.stringify(document)}::jsonb`),
    sql` OR `,
  )})`
}

const nest = (path: string[], leaf: unknown): unknown => path.reduceRight((inner, key) => ({ [key]: inner }), leaf)

function toNumber(value: Value): number | undefined {
  const text = literalOf(value)
  return /^-?\d{1,15}(\.\d{1,10})?$/.test(text) ? Number(text) : undefined
}

function exists(field: string): Condition {
  if (field === 'identities') return sql<boolean>`true`
  if (field in textColumns || booleanColumns.includes(field) || dateColumns.includes(field)) {
    return sql<boolean>`${column(field)} IS NOT NULL`
  }
  if (field === 'logins_count') return sql<boolean>`u.logins_count > 0`
  // An empty object or list is not indexed by Auth0: to a search it is not there.
  const filled = (cell: RawBuilder<unknown>) => sql<boolean>`coalesce(${cell}, 'null') NOT IN ('null', '{}', '[]')`
  if (field === 'user_metadata' || field === 'app_metadata') return filled(sql`${column(field)}`)
  const metadata = metadataPath(field)
  if (metadata) return filled(sql`${column(metadata.table)} #> ${metadata.path}`)
  if (field in identityColumns) return sql<boolean>`true`
  throw new QuerySyntaxError(`${field} cannot be searched`)
}

function range(field: string, low: Bound, high: Bound): Condition {
  if (dateColumns.includes(field)) {
    return between(sql`${column(field)}`, { low: startOf(low), high: endOf(high) })
  }
  if (field === 'logins_count') {
    return between(sql`u.logins_count`, { low: numberBound(low), high: numberBound(high) })
  }
  const text = textColumns[field]
  if (text) {
    const fold = (bound: Bound) => ({ ...bound, value: text.isCaseSensitive ? bound.text : bound.text?.toLowerCase() })
    const cell = text.isCaseSensitive ? sql`${column(field)}` : sql`lower(${column(field)})`
    return between(cell, { low: fold(low), high: fold(high) })
  }
  const metadata = metadataPath(field)
  if (metadata?.table === 'user_metadata') throw new QuerySyntaxError('user_metadata cannot be searched by range')
  if (metadata) {
    const cell = sql`u.app_metadata #>> ${metadata.path}`
    const isNumeric = [low.text, high.text].every(
      (end) => end === undefined || toNumber({ pieces: [end], isPhrase: false }) !== undefined,
    )
    if (!isNumeric) return between(cell, { low: { ...low, value: low.text }, high: { ...high, value: high.text } })
    const number = sql`CASE WHEN jsonb_typeof(u.app_metadata #> ${metadata.path}) = 'number' THEN (${cell})::numeric END`
    return between(number, { low: numberBound(low), high: numberBound(high) })
  }
  throw new QuerySyntaxError(`${field} cannot be searched by range`)
}

interface End {
  value: string | number | Date | undefined
  isInclusive: boolean
}

function between(cell: RawBuilder<unknown>, { low, high }: { low: End; high: End }): Condition {
  const conditions = [sql`${cell} IS NOT NULL`]
  if (low.value !== undefined)
    conditions.push(low.isInclusive ? sql`${cell} >= ${low.value}` : sql`${cell} > ${low.value}`)
  if (high.value !== undefined)
    conditions.push(high.isInclusive ? sql`${cell} <= ${high.value}` : sql`${cell} < ${high.value}`)
  return sql<boolean>`(${sql.join(conditions, sql` AND `)})`
}

function numberBound({ text, isInclusive }: Bound): End {
  const value = text === undefined ? undefined : toNumber({ pieces: [text], isPhrase: false })
  if (text !== undefined && value === undefined) throw new QuerySyntaxError(`${text} is not a number`)
  return { value, isInclusive }
}

/** The first moment of what a date names: a year, a month, a day, or a moment (UTC). */
function startOf({ text, isInclusive }: Bound): End {
  if (text === undefined) return { value: undefined, isInclusive }
  const [start, end] = spanOf(text)
  return isInclusive ? { value: start, isInclusive } : { value: end, isInclusive: true }
}

function endOf({ text, isInclusive }: Bound): End {
  if (text === undefined) return { value: undefined, isInclusive }
  const [start, end] = spanOf(text)
  return isInclusive ? { value: end, isInclusive: end.getTime() === start.getTime() } : { value: start, isInclusive }
}

/** A date's first moment, and the first after it; the same twice for a date that names a moment. */
export function spanOf(text: string): [Date, Date] {
  const parts = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text)
  if (!parts) {
    const moment = new Date(/^\d{4}-\d{2}-\d{2}T/.test(text) ? text : Number.NaN)
    if (Number.isNaN(moment.getTime())) throw new QuerySyntaxError(`${text} is not a date`)
    return [moment, moment]
  }
  const [year, month, day] = parts.slice(1).map((part) => (part === undefined ? undefined : Number(part)))
  const start = new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1))
  const end = new Date(start)
  if (day !== undefined) end.setUTCDate(end.getUTCDate() + 1)
  else if (month !== undefined) end.setUTCMonth(end.getUTCMonth() + 1)
  else end.setUTCFullYear(end.getUTCFullYear() + 1)
  return [start, end]
}
