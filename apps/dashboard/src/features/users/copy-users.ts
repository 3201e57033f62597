import type { UserSummary } from '@rollcall/contracts/admin-api'
import type { ComposerTranslation } from 'vue-i18n'
import type { ApiClient } from '../../api/api-client.ts'
import { toast } from '../../ui/toasts.ts'
import { asText } from '../export/spreadsheet-cell.ts'
import { kindOf, valueOf } from './columns.ts'
import { namesOf, plainText } from './useCellText.ts'
import type { UserPages } from './user-pages.ts'
import { refreshedAtOnce, refreshUsers } from './users.api.ts'

/** What a clipboard is for; an export is for more. */
const mostCopied = 2000

interface Words {
  t: ComposerTranslation
  n(value: number): string
  nameOfColumn(column: string): string
}

async function write(text: string, said: string, { t }: Words): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    // The browser refuses, or has no clipboard for a page without TLS.
    return toast(t('copyFailed'))
  }
  toast(said)
}

/** Puts a cell on the clipboard, and says so. */
export const copyCell = (words: Words, user: UserSummary, column: string) =>
  write(copiedText(user, column), words.t('copied'), words)

/** Puts users on the clipboard as a table for a spreadsheet, and says so. */
export async function copyUsers(
  api: ApiClient,
  words: Words,
  { pages, chosen, columns }: { pages: UserPages; chosen: ReadonlySet<string>; columns: string[] },
): Promise<void> {
  const { t, n, nameOfColumn } = words
  if (chosen.size > mostCopied) return toast(t('users.copyTooMany', { most: n(mostCopied) }))
  try {
    const users = await collect(api, pages, chosen, columns)
    const said = t('users.copiedUsers', { formatted: n(users.length) }, users.length)
    await write(tableOf(users, columns, nameOfColumn), said, words)
  } catch (error) {
    toast((error instanceof Error && error.message) || t('problem.network'))
  }
}

/** A user's value in a column as it is copied. */
function copiedText(user: UserSummary, column: string): string {
  const value = valueOf(user, column)
  return kindOf(column) === 'list' ? namesOf(value).join(', ') : plainText(value)
}

/** In its place, whatever it holds. */
const safeCell = (text: string): string => asText(text, text.replace(/[\t\r\n]+/g, ' '))

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
async function collect(
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
