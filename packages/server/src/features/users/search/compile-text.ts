import { foldText, infoOf } from '@rollcall/contracts/admin-api/user-filter'
import type { BoundValue, MatchFilter, RangeFilter, UserField } from '@rollcall/contracts/admin-api/user-filter'
import { sql } from '@rollcall/database'
import type { RawBuilder } from '@rollcall/database'
import { escapeLike, likePattern } from './like-pattern.ts'
import { searchLines, swapMarks, unswapped } from './search-text.ts'

type Condition = RawBuilder<boolean>

const or = (conditions: Condition[]): Condition => sql<boolean>`(${sql.join(conditions, sql` OR `)})`

/** What is typed without a field: in one of the seven lines, or in the id where it looks like part of one. */
export function textFound(text: string): Condition {
  const folded = foldText(text)
  const ways = inLines(folded)
  // A telephone number is kept without what people put between its digits.
  const digits = folded.replace(/[^\d+]/g, '')
  if (digits !== folded && digits.length >= 3 && /^[\d\s+()./-]+$/.test(folded)) ways.push(...inLines(digits))
  if (text.includes('|') || (text.length >= 6 && /\d/.test(text))) {
    ways.push(sql<boolean>`s.user_id LIKE ${`%${escapeLike(text)}%`}`)
  }
  return or(ways)
}

/**
 * Three characters are the least that the trigram index finds within a word. Shorter text begins a word, which it finds too; but scripts
 * without spaces between words say much with one or two characters, wherever they stand.
 */
function inLines(folded: string): Condition[] {
  const escaped = escapeLike(swapMarks(folded))
  const isLong = [...folded].length >= 3
  const isUnspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u.test(
    folded,
  )
  const patterns = isLong || isUnspaced ? [`%${escaped}%`] : [`${escaped}%`, `%\n${escaped}%`, `% ${escaped}%`]
  return patterns.map((pattern) => sql<boolean>`s.txt LIKE ${pattern}`)
}

const isOfIdentity = (field: UserField) => field.startsWith('identities.')

/**
 * Whether a condition on the field is met within `user_search` alone; otherwise within `users` alone. Where a name, an address or an id begins
 * is known to indexes of `users`; what it holds is known to the trigram index.
 */
export function standsInSearch(field: UserField, pieces?: string[]): boolean {
  if (isOfIdentity(field) || field === 'last_ip' || field === 'connection') return false
  return field === 'user_id' || field === 'email' || field === 'name' ? pieces?.[0] === '' : true
}

const keyColumns = new Map([
  ['email', sql.ref('u.email_key')],
  ['name', sql.ref('u.name_key')],
])
const lineOf = (field: UserField) => {
  const line = searchLines.findIndex((one) => one === field) + 1
  if (line === 0) throw new RangeError(`${field} is no text field.`)
  return unswapped(sql`split_part(s.txt, E'\n', ${sql.lit(line)})`)
}

/** The text of a field; no text is '' or NULL. */
function cellOf(field: UserField, pieces?: string[]): RawBuilder<unknown> {
  if (!standsInSearch(field, pieces)) return keyColumns.get(field) ?? sql.ref(`u.${field}`)
  if (field === 'user_id') return sql`s.user_id`
  return field === 'email.domain' ? sql`substring(${lineOf('email')} FROM '@([^@]*)$')` : lineOf(field)
}

/** What the lines must hold for one of them to be like the pieces: that the trigram index can tell. */
function hintOf(field: UserField, pieces: string[]): Condition {
  const [before, after] =
    field === 'email' ? ['', '\n%'] : field === 'email.domain' ? [`%${swapMarks('@')}`, '\n%'] : ['%\n', '%']
  return sql<boolean>`s.txt LIKE ${before + likePattern(pieces.map(swapMarks)) + after}`
}

const foldOf = (field: UserField) => (infoOf(field).isExact ? (text: string) => text : foldText)

/** An identity's own field is text within JSON: whether any of them meets the condition. */
function anyIdentity(field: UserField, meets: (cell: RawBuilder<unknown>) => Condition): Condition {
  const key = field.slice('identities.'.length)
  const cell = sql`(i ->> ${sql.lit(key)}) COLLATE "C"`
  return sql<boolean>`EXISTS (SELECT 1 FROM jsonb_array_elements(u.identities) i WHERE ${meets(cell)})`
}

/** The same for a whole value, which an index finds. Some providers' ids are numbers. */
function hasIdentity(field: UserField, value: string): Condition {
  const key = field.slice('identities.'.length)
  const values = /^[1-9]\d{0,14}$/.test(value) ? [value, Number(value)] : [value]
  return or(values.map((one) => sql<boolean>`u.identities @> ${JSON.stringify([{ [key]: one }])}::jsonb`))
}

export function textMatches({ field, pieces }: MatchFilter): Condition {
  const wanted = pieces.map(foldOf(field))
  // Of characters that cannot be seen nothing is left, and no text is nobody's.
  if (wanted.every((piece) => piece === '')) return wanted.length > 1 ? textExists(field) : sql<boolean>`false`
  const meets = (cell: RawBuilder<unknown>) =>
    wanted.length > 1 ? sql<boolean>`${cell} LIKE ${likePattern(wanted)}` : sql<boolean>`${cell} = ${wanted[0]}`
  if (isOfIdentity(field)) return wanted.length > 1 ? anyIdentity(field, meets) : hasIdentity(field, wanted[0] ?? '')
  const condition = meets(cellOf(field, pieces))
  if (field === 'user_id' || !standsInSearch(field, pieces)) return condition
  // Within coalesce, PostgreSQL takes the exact comparison for a toss-up instead of one row in two hundred: the hint has narrowed it already.
  return sql<boolean>`(${hintOf(field, wanted)} AND coalesce(${condition}, false))`
}

export function textExists(field: UserField): Condition {
  const isThere = (cell: RawBuilder<unknown>) => sql<boolean>`${cell} <> ''`
  return isOfIdentity(field) ? anyIdentity(field, isThere) : isThere(cellOf(field))
}

/** Text is ordered by its characters' numbers, as every column of text is. */
export function textWithin({ field, from, to }: RangeFilter): Condition {
  const fold = foldOf(field)
  const meets = (cell: RawBuilder<unknown>) => {
    const limits = [sql`${cell} <> ''`]
    if (from) limits.push(sql`${cell} ${from.isInclusive ? sql`>=` : sql`>`} ${fold(textOf(from.value))}`)
    if (to) limits.push(sql`${cell} ${to.isInclusive ? sql`<=` : sql`<`} ${fold(textOf(to.value))}`)
    return sql<boolean>`(${sql.join(limits, sql` AND `)})`
  }
  return isOfIdentity(field) ? anyIdentity(field, meets) : meets(cellOf(field))
}

function textOf(value: BoundValue): string {
  if (value.kind !== 'text') throw new TypeError('Text is bounded by text.')
  return value.text
}
