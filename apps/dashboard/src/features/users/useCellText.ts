import type { UserSummary } from '@rollcall/contracts/admin-api'
import { useI18n } from 'vue-i18n'
import { loadOwnText, ownFieldAt, ownText } from '../fields/own-fields.ts'
import { relativeMoment } from '../../ui/moments.ts'
import { isMetadata, kindOf, valueOf } from './columns.ts'

/** The names of what a list column holds: roles are names, an identity is known by its connection. */
export function namesOf(value: unknown): string[] {
  if (!Array.isArray(value)) return []
  return value.map((one: unknown) =>
    typeof one === 'object' && one !== null && 'connection' in one ? String(one.connection) : plainText(one),
  )
}

/** A value as a spreadsheet or a program has it: moments in ISO 8601, true and false, JSON for what is deeper. */
export function plainText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}

/** What stands in the cells and above them, in the reader's language. */
export function useCellText() {
  const { t, n, te, locale } = useI18n()
  // Without it values are shown as they are stored.
  loadOwnText().catch(() => undefined)
  const nameOfColumn = (column: string): string =>
    ownFieldAt(column)?.label ??
    (!isMetadata(column) && te(`users.columns.${column}`) ? t(`users.columns.${column}`) : column)

  function textOf(user: UserSummary, column: string): string {
    const value = valueOf(user, column)
    const field = ownFieldAt(column)
    if (field) return ownText.value?.(field, value, { t, n, locale: locale.value }) ?? plainText(value)
    switch (kindOf(column)) {
      case 'moment':
        if (typeof value === 'string') return relativeMoment(value, locale.value, new Date())
        return column === 'last_login' ? t('users.never') : ''
      case 'number':
        return typeof value === 'number' ? n(value) : ''
      case 'verified':
        return typeof value === 'boolean' ? t(`users.status.${value ? 'verified' : 'unverified'}`) : ''
      case 'blocked':
        return t(`users.status.${value === true ? 'blocked' : 'active'}`)
      case 'flag':
        return typeof value === 'boolean' ? t(value ? 'yes' : 'no') : ''
      case 'list':
        return namesOf(value).join(', ')
      default:
        return plainText(value)
    }
  }
  return { nameOfColumn, textOf }
}
