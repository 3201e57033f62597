import { foldText } from '@rollcall/contracts/admin-api/user-filter'
import { sql, type RawBuilder } from '@rollcall/database'

/** What `user_search.txt` holds of a user, a line each, in this order. The place of a line is part of the stored data: never change it. */
export const searchLines = [
  'email',
  'name',
  'nickname',
  'username',
  'phone_number',
  'given_name',
  'family_name',
] as const

export type SearchableUser = Partial<Record<(typeof searchLines)[number], string | null | undefined>>

const marks = '@.-_'
const letters = 'ǀǁǂǃ'
const swaps = new Map([...marks].flatMap((mark, place): [string, string][] => [[mark, letters[place] ?? ''], [letters[place] ?? '', mark]])) // prettier-ignore

/**
 * Folded text as `user_search.txt` holds it. The trigram index takes words apart at marks: of `son@` it would find whoever has `son` and a word
 * that ends with `on`, which every twentieth may. So the marks of addresses change places with four letters that hardly anybody is called with,
 * and back again the same way: what is equal stays equal.
 */
export const swapMarks = (folded: string): string =>
  folded.replace(/[@.\-_ǀǁǂǃ]/g, (character) => swaps.get(character) ?? character)

/** The other way round, for PostgreSQL: text of `user_search.txt` as it was folded. */
export const unswapped = (text: RawBuilder<unknown>): RawBuilder<string> =>
  sql<string>`translate(${text}, ${sql.lit(marks + letters)}, ${sql.lit(letters + marks)})`

/** The seven folded lines of `user_search.txt`; folded text holds no line break. */
export function searchTextOf(user: SearchableUser): string {
  return swapMarks(searchLines.map((line) => foldText(user[line] ?? '')).join('\n'))
}
