import type { UserSummary } from '@rollcall/contracts/admin-api'
import { copiedText } from './useCellText.ts'

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
