import { fitsCustomField, valueAtPath } from '@rollcall/contracts/admin-api'
import type { CustomField } from '@rollcall/contracts/admin-api'
import { ownFields } from './own-fields.ts'

/** By the names that paths begin with. */
export type Metadata = Record<'user_metadata' | 'app_metadata', Record<string, unknown>>

/** What stands in the inputs, by path: of what is there as it was found. */
export function ownTexts(metadata: Metadata): Record<string, string> {
  return Object.fromEntries(ownFields.value.map(({ path }) => [path, writtenText(valueAtPath(metadata, path))]))
}

function writtenText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** What was written, as the field holds it; null: nothing. */
function valueOf({ type }: CustomField, text: string): unknown {
  const written = text.trim()
  if (written === '') return null
  if (type === 'number') return /^-?\d+(\.\d+)?$/.test(written) ? Number(written) : written
  return type === 'boolean' && /^(true|false)$/.test(written) ? written === 'true' : written
}

/** Whether what was written is nothing that the field can hold. */
export const ownFault = (field: CustomField, text = ''): boolean => !fitsCustomField(field, valueOf(field, text))

/** What of metadata is to be otherwise, by keys of the first level: Auth0 replaces these whole. */
export function ownChanges(seen: Metadata, texts: Record<string, string>): Metadata {
  const before = ownTexts(seen)
  const changed = ownFields.value.filter(({ path, mayEdit }) => mayEdit && (texts[path] ?? '').trim() !== before[path])
  return changed.reduce<Metadata>(
    (changes, field) => {
      const [table, key = '', ...rest] = field.path.split('.') as ['user_metadata' | 'app_metadata', ...string[]]
      const held = Object.hasOwn(changes[table], key) ? changes[table][key] : seen[table][key]
      const value = withValueAt(held, rest, valueOf(field, texts[field.path] ?? ''))
      return { ...changes, [table]: { ...changes[table], [key]: value } }
    },
    { user_metadata: {}, app_metadata: {} },
  )
}

/** The same with another value at a path; where there is nothing to hold it, objects are made. */
function withValueAt(held: unknown, [key, ...rest]: string[], value: unknown): unknown {
  if (key === undefined) return value
  const isObject = typeof held === 'object' && held !== null && !Array.isArray(held)
  const { [key]: inner, ...others } = isObject ? (held as Record<string, unknown>) : {}
  if (rest.length === 0 && value === null) return others
  return { ...others, [key]: withValueAt(inner, rest, value) }
}
