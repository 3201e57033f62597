import { isDay } from '@rollcall/contracts/admin-api'
import type { CustomField } from '@rollcall/contracts/admin-api'

/** What it takes to say something in the reader's language. */
export interface Words {
  t: (key: string) => string
  n: (value: number) => string
  locale: string
}

/** A value of a field in words; what is no value of its type is shown as it is. */
export function ownValueText({ type, options }: CustomField, value: unknown, { t, n, locale }: Words): string {
  if (value === null || value === undefined) return ''
  if (type === 'boolean' && typeof value === 'boolean') return t(value ? 'yes' : 'no')
  if (type === 'number' && typeof value === 'number') return n(value)
  if (type === 'date' && typeof value === 'string' && isDay(value))
    return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(value))
  if (typeof value === 'object') return JSON.stringify(value)
  return options.find((option) => option.value === value)?.label ?? String(value)
}
