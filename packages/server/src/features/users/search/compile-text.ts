import { foldText, infoOf } from '@rollcall/contracts/admin-api/user-filter'
import type { BoundValue, MatchFilter, RangeFilter, UserField } from '@rollcall/contracts/admin-api/user-filter'
import { sql } from '@rollcall/database'
import type { RawBuilder } from '@rollcall/database'
import { escapeLike, likePattern } from './like-pattern.ts'
import { searchLines } from './search-text.ts'

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
  const escaped = escapeLike(folded)
  const isLong = [...folded].length >= 3
  const isUnspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u.test(
    folded,
  )
  const patterns = isLong || isUnspaced ? [`%${escaped}%`] : [`${escaped}%`, `%\n${escaped}%`, `% ${escaped}%`]
  return patterns.map((pattern) => sql<boolean>`s.txt LIKE ${pattern}`)
}

/** Where the text of a field stands. */
interface Cell {
  /** No text is '' or NULL. */
  text: RawBuilder<unknown>
  fold: (text: string) => string
  /** What a row must hold for the pattern to match, by an index; undefined where the cell has one of its own for it. */
  hint: (pieces: string[]) => Condition | undefined
}

function cellOf(field: UserField): Cell {
  const fold = infoOf(field).isExact ? (text: string) => text : foldText
  const within = (before: string, pieces: string[], after: string) =>
    sql<boolean>`s.txt LIKE ${`${before}${likePattern(pieces)}${after}`}`
  const isInner = (pieces: string[]) => pieces[0] === ''
  switch (field) {
    case 'user_id':
      return {
        text: sql`u.user_id`,
        fold,
        hint: (pieces) => (isInner(pieces) ? sql<boolean>`s.user_id LIKE ${likePattern(pieces)}` : undefined),
      }
    case 'email':
      return {
        text: sql`u.email_key`,
        fold,
        hint: (pieces) => (isInner(pieces) ? within('', pieces, '\n%') : undefined),
      }
    case 'name':
      return {
        text: sql`u.name_key`,
        fold,
        hint: (pieces) => (isInner(pieces) ? within('%\n', pieces, '\n%') : undefined),
      }
    case 'email.domain':
      return {
        text: sql`substring(u.email_key FROM '@([^@]*)$')`,
        fold,
        hint: (pieces) => within('%@', pieces, '\n%'),
      }
    case 'last_ip':
    case 'connection':
      return { text: sql.ref(`u.${field}`), fold, hint: () => undefined }
    default: {
      const line = searchLines.findIndex((one) => one === field) + 1
      if (line === 0) throw new RangeError(`${field} is no text field.`)
      return {
        text: sql`split_part(s.txt, E'\n', ${sql.lit(line)})`,
        fold,
        hint: (pieces) => within('%\n', pieces, '%'),
      }
    }
  }
}

/** An identity's own field is text within JSON: whether any of them meets the condition. */
function anyIdentity(field: UserField, meets: (cell: RawBuilder<unknown>) => Condition): Condition {
  const key = field.slice('identities.'.length)
  const cell = sql`(i ->> ${sql.lit(key)}) COLLATE "C"`
  return sql<boolean>`EXISTS (SELECT 1 FROM jsonb_array_elements(u.identities) i WHERE ${meets(cell)})`
}

const isOfIdentity = (field: UserField) => field.startsWith('identities.')

export function textMatches({ field, pieces }: MatchFilter): Condition {
  const meets = (cell: RawBuilder<unknown>, wanted: string[]) =>
    wanted.length > 1 ? sql<boolean>`${cell} LIKE ${likePattern(wanted)}` : sql<boolean>`${cell} = ${wanted[0]}`
  if (isOfIdentity(field)) return anyIdentity(field, (cell) => meets(cell, pieces))
  const { text, fold, hint } = cellOf(field)
  const wanted = pieces.map(fold)
  // Of characters that cannot be seen nothing is left, and no text is nobody's.
  if (wanted.every((piece) => piece === '')) return wanted.length > 1 ? textExists(field) : sql<boolean>`false`
  const condition = meets(text, wanted)
  const found = hint(wanted)
  return found ? sql<boolean>`(${found} AND ${condition})` : condition
}

export function textExists(field: UserField): Condition {
  const isThere = (cell: RawBuilder<unknown>) => sql<boolean>`${cell} <> ''`
  return isOfIdentity(field) ? anyIdentity(field, isThere) : isThere(cellOf(field).text)
}

/** Text is ordered by its characters' numbers, as every column of text is. */
export function textWithin({ field, from, to }: RangeFilter): Condition {
  const meets = (cell: RawBuilder<unknown>, fold: (text: string) => string) => {
    const limits = [sql`${cell} <> ''`]
    if (from) limits.push(sql`${cell} ${from.isInclusive ? sql`>=` : sql`>`} ${fold(textOf(from.value))}`)
    if (to) limits.push(sql`${cell} ${to.isInclusive ? sql`<=` : sql`<`} ${fold(textOf(to.value))}`)
    return sql<boolean>`(${sql.join(limits, sql` AND `)})`
  }
  if (isOfIdentity(field)) return anyIdentity(field, (cell) => meets(cell, (text) => text))
  const { text, fold } = cellOf(field)
  return meets(text, fold)
}

function textOf(value: BoundValue): string {
  if (value.kind !== 'text') throw new TypeError('Text is bounded by text.')
  return value.text
}
