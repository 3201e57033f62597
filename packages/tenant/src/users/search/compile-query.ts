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
  if (pattern !== undefined) return within(pattern)
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
 * Text without its case, as PostgreSQL folds it in every language: the columns compare byte by byte, and would fold a to z alone. What is looked
 * for is folded by the same hand, so that both agree.
 */
const folded = (text: RawBuilder<unknown>): RawBuilder<unknown> => sql`lower(${text} COLLATE "default")`

/** A pattern for `user_search.txt`, in the collation of its index. */
export const searchText = (pattern: string): RawBuilder<string> =>
  sql<string>`${folded(sql`${pattern}::text`)} COLLATE "C"`

/** Who has this text in one of the fields that the narrow table holds. */
const within = (pattern: string): Condition =>
  sql<boolean>`u.user_id IN (SELECT user_id FROM user_search WHERE txt LIKE ${searchText(pattern)})`

/**
 * The LIKE pattern on `user_search.txt` that is the whole query, if it is one: the same text looked for within each searched field, or a bare
 * term. Such a query is answered from the narrow table alone.
 */
export function searchPatternOf(query: Query): string | undefined {
  if (query.kind === 'match' && query.field === undefined) {
    const { pieces } = query.value
    const literal = pieces.filter((piece) => piece !== '')
    return literal.length === 1 && (literal[0]?.length ?? 0) >= 3 ? `%${escapeLike(literal[0] ?? '')}%` : undefined
  }
  if (query.kind !== 'or') return undefined
  const wanted = new Set<string>()
  const fields = new Set<string>()
  for (const part of query.parts) {
    if (part.kind !== 'match' || part.field === undefined || !searchFields.includes(part.field)) return undefined
    const [before, text, after] = part.value.pieces
    if (part.value.pieces.length !== 3 || before !== '' || after !== '' || text === undefined || text === '')
      return undefined
    wanted.add(text)
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

function anywhere({ pieces }: Value): Condition {
  const ends = pieces.filter((piece, index) => piece !== '' || (index > 0 && index < pieces.length - 1))
  return within(`%${ends.map(escapeLike).join('%')}%`)
}

function match(field: string, value: Value): Condition {
  const text = textColumns[field]
  if (text) return matchText(field, value)
  if (field === 'email.domain') {
    const domain = sql`split_part(lower(u.email), '@', 2)`
    return isWildcard(value)
      ? sql<boolean>`${domain} LIKE lower(${likePattern(value)}::text COLLATE "C")`
      : sql<boolean>`${domain} = lower(${literalOf(value)}::text COLLATE "C")`
  }
  if (booleanColumns.includes(field)) {
    const wanted = literalOf(value)
    if (wanted !== 'true' && wanted !== 'false') return contradiction
    return sql<boolean>`coalesce(${column(field)}, false) = ${wanted === 'true'}`
  }
  if (field === 'logins_count') {
    const count = toNumber(value)
    return count === undefined ? contradiction : sql<boolean>`u.logins_count = ${comparable(count)}`
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

/** How a text column compares, and what is compared with it. E-mail addresses are stored lower-cased. */
function comparison(field: string): { cell: RawBuilder<unknown>; fold: (text: string) => RawBuilder<unknown> } {
  if (textColumns[field]?.isCaseSensitive) return { cell: column(field), fold: (text) => sql`${text}::text` }
  if (field === 'email') return { cell: sql`lower(u.email)`, fold: (text) => sql`${text.toLowerCase()}::text` }
  return { cell: folded(column(field)), fold: (text) => folded(sql`${text}::text`) }
}

function matchText(field: string, value: Value): Condition {
  const { cell, fold } = comparison(field)
  if (!isWildcard(value)) return sql<boolean>`${cell} = ${fold(literalOf(value))}`
  const condition = sql<boolean>`${cell} LIKE ${fold(likePattern(value))}`
  const isAnchored = value.pieces[0] !== ''
  const longest = value.pieces.reduce((one, other) => (other.length > one.length ? other : one), '')
  if (isAnchored || longest.length < 3 || !searchFields.includes(field)) return condition
  // The trigram index finds who may match in any field; the column then says who does.
  return sql<boolean>`(${within(`%${escapeLike(longest)}%`)} AND ${condition})`
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

/** `$."a"."b"`: lists on the way are looked into, as if each of their items stood alone (the lax mode of SQL/JSON paths). */
const pathOf = ({ path }: MetadataPath): string => ['$', ...path.map((key) => JSON.stringify(key))].join('.')

/** Whether somewhere on the path there is something that meets a condition on `@`. */
const somewhere = (metadata: MetadataPath, condition: string): Condition =>
  sql<boolean>`${column(metadata.table)} @? ${`${pathOf(metadata)} ? (${condition})`}::jsonpath`

function matchMetadata(metadata: MetadataPath, value: Value): Condition {
  if (isWildcard(value)) {
    if (metadata.table === 'user_metadata')
      throw new QuerySyntaxError('user_metadata cannot be searched with wildcards')
    const pattern = value.pieces.map((piece) => piece.replace(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`)).join('.*')
    return somewhere(metadata, `@ like_regex ${JSON.stringify(`^${pattern}$`)} flag "s"`)
  }
  const text = literalOf(value)
  const number = toNumber(value)
  const candidates: unknown[] = [text]
  if (!value.isPhrase && number !== undefined) candidates.push(number)
  if (!value.isPhrase && (text === 'true' || text === 'false')) candidates.push(text === 'true')
  const path = pathOf(metadata)
  const wanted = candidates.map((candidate) => `${path} == ${JSON.stringify(candidate)}`)
  // A condition for the index each: PostgreSQL joins them.
  const parts = wanted.map((one) => sql`${column(metadata.table)} @@ ${one}::jsonpath`)
  return sql<boolean>`(${sql.join(parts, sql` OR `)})`
}

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
  const filled = ['(@.type() == "object" && exists(@.*))', '(@.type() == "array" && exists(@[*]))', '(@.type() != "object" && @.type() != "array" && @.type() != "null")'].join(' || ') // prettier-ignore
  if (field === 'user_metadata' || field === 'app_metadata') return somewhere({ table: field, path: [] }, filled)
  const metadata = metadataPath(field)
  if (metadata) return somewhere(metadata, filled)
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
  if (field in textColumns) {
    const { cell, fold } = comparison(field)
    const end = ({ text, isInclusive }: Bound): End => ({
      value: text === undefined ? undefined : sql`${fold(text)} COLLATE "C"`,
      isInclusive,
    })
    return between(sql`${cell} COLLATE "C"`, { low: end(low), high: end(high) })
  }
  const metadata = metadataPath(field)
  if (metadata?.table === 'user_metadata') throw new QuerySyntaxError('user_metadata cannot be searched by range')
  if (metadata) {
    const ends = [low, high].map(({ text }) => text)
    const isNumeric = ends.every(
      (text) => text === undefined || toNumber({ pieces: [text], isPhrase: false }) !== undefined,
    )
    const literal = (text: string) => (isNumeric ? text : JSON.stringify(text))
    const conditions = [
      ...(low.text === undefined ? [] : [`@ ${low.isInclusive ? '>=' : '>'} ${literal(low.text)}`]),
      ...(high.text === undefined ? [] : [`@ ${high.isInclusive ? '<=' : '<'} ${literal(high.text)}`]),
    ]
    return conditions.length === 0 ? exists(field) : somewhere(metadata, conditions.join(' && '))
  }
  throw new QuerySyntaxError(`${field} cannot be searched by range`)
}

interface End {
  value: RawBuilder<unknown> | number | Date | undefined
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
  return { value: value === undefined ? undefined : comparable(value), isInclusive }
}

/** The column holds whole numbers of four bytes; another number is compared as what it is, past the index. */
function comparable(number: number): RawBuilder<unknown> | number {
  return Number.isInteger(number) && Math.abs(number) < 2 ** 31 ? number : sql`${number}::numeric`
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
    if (Number.isNaN(moment.getTime()) || moment.getUTCFullYear() < 1)
      throw new QuerySyntaxError(`${text} is not a date`)
    return [moment, moment]
  }
  const [year, month, day] = parts.slice(1).map((part) => (part === undefined ? undefined : Number(part)))
  const start = new Date(0)
  start.setUTCFullYear(year ?? 0, (month ?? 1) - 1, day ?? 1)
  const isReal =
    start.getUTCFullYear() === year && start.getUTCMonth() + 1 === (month ?? 1) && start.getUTCDate() === (day ?? 1)
  if (!isReal || year === 0) throw new QuerySyntaxError(`${text} is not a date`)
  const end = new Date(start)
  if (day !== undefined) end.setUTCDate(end.getUTCDate() + 1)
  else if (month !== undefined) end.setUTCMonth(end.getUTCMonth() + 1)
  else end.setUTCFullYear(end.getUTCFullYear() + 1)
  return [start, end]
}
