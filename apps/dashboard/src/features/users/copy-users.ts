import type { UserSummary } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../../api/api-client.ts'
import { copiedText } from './useCellText.ts'
import type { UserPages } from './user-pages.ts'
import { refreshedAtOnce, refreshUsers } from './users.api.ts'

/** A spreadsheet runs a cell that begins like this as a formula (OWASP: CSV injection); an apostrophe makes it text. */
const startsFormula = /^[=+\-@\t\r]/

function safeCell(text: string): string {
  const flat = text.replace(/[\t\r\n]+/g, ' ')
  return startsFormula.test(text) ? `'${flat}` : flat
}

/** Users as rows that can be pasted into a spreadsheet. */
export function tableOf(
  users: readonly UserSummary[],
  columns: readonly string[],
  nameOfColumn: (column: string) => string,
): string {
  const rows = users.map((user) => columns.map((column) => safeCell(copiedText(user, column))))
  return [columns.map((column) => safeCell(nameOfColumn(column))), ...rows].map((cells) => cells.join('\t')).join('\n')
}

/** In the order of the list. Who is far from view is fetched again; who has left the tenant meanwhile is not there any more. */
export async function collect(
  api: ApiClient,
  pages: UserPages,
  chosen: ReadonlySet<string>,
  columns: string[],
): Promise<UserSummary[]> {
  const ordered = pages.userIds(0, pages.length()).filter((userId) => chosen.has(userId))
  const users = new Map<string, UserSummary>()
  for (const user of pages.users()) {
    if (chosen.has(user.userId)) users.set(user.userId, user)
  }
  const missing = ordered.filter((userId) => !users.has(userId))
  for (let from = 0; from < missing.length; from += refreshedAtOnce) {
    const answer = await refreshUsers(api, missing.slice(from, from + refreshedAtOnce), columns)
    for (const user of answer.users) users.set(user.userId, user)
  }
  return ordered.flatMap((userId) => users.get(userId) ?? [])
}
