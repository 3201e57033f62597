import { foldText } from '@rollcall/contracts/admin-api/user-filter'

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

/** The seven folded lines of `user_search.txt`; folded text holds no line break. */
export function searchTextOf(user: SearchableUser): string {
  return searchLines.map((line) => foldText(user[line] ?? '')).join('\n')
}
