import {
  firstLevelOf,
  fitsCustomField,
  metadataPath,
  valueAtPath,
  type UserField,
  type UserFilter,
} from '@rollcall/contracts/admin-api'
import { InvalidInput, NotAllowed } from '@rollcall/http-kit'
import type { Sight } from './custom-fields.ts'

/**
 * What is asked for is refused rather than left out: who is found by a field, or in which place, tells what stands in it.
 * @param paths columns, orders and fields of the filter language
 * @throws NotAllowed `field-hidden`
 */
export function checkVisible(paths: readonly string[], { hidden }: Sight): void {
  if (hidden.size === 0) return
  const refused = paths.find((path) => keysOf(path).some((key) => hidden.has(key)))
  if (refused !== undefined)
    throw new NotAllowed('field-hidden', `${refused} holds a field that is not for you to see.`)
}

/** Columns are taken to the letter; in the filter language a backslash takes the meaning from the next character. */
const keysOf = (path: string) => {
  const [table = ''] = path.split('.', 1)
  return [firstLevelOf(path), `${table}.${metadataPath(path)[0] ?? ''}`]
}

/** @throws NotAllowed `field-hidden` */
export const checkFilter = (filter: UserFilter, sight: Sight): void => checkVisible(fieldsOf(filter), sight)

function fieldsOf(filter: UserFilter): UserField[] {
  switch (filter.kind) {
    case 'all':
    case 'any':
      return filter.of.flatMap(fieldsOf)
    case 'not':
      return fieldsOf(filter.of)
    case 'text':
      return []
    default:
      return [filter.field]
  }
}

/**
 * @param fields those that are to be changed
 * @throws NotAllowed `field-locked`; whether there is something in a field is told no more than what
 */
export function checkWritable(fields: readonly string[], { locked, hidden }: Sight): void {
  const refused = fields.find((field) => locked.has(field))
  if (refused === undefined) return
  const what = hidden.has(refused) ? 'This' : refused
  throw new NotAllowed('field-locked', `${what} is not for you to change.`)
}

/**
 * What was written of metadata, by the key of the first level.
 * @throws InvalidInput `field-invalid` with every field that cannot hold what was written
 */
export function checkValues(written: Record<string, unknown>, { fields }: Sight): void {
  const tables = { app_metadata: keysWithin('app_metadata', written), user_metadata: keysWithin('user_metadata', written) } // prettier-ignore
  const faults = fields
    .filter((field) => !fitsCustomField(field, valueAtPath(tables, field.path)))
    .map(({ path, label, type, options }) => {
      const expected = type === 'one-of' ? `one of ${options.map(({ value }) => value).join(', ')}` : expectations[type]
      return { path: `body.params.${path}`, message: `${label} is ${expected}.` }
    })
  if (faults.length > 0) throw new InvalidInput('field-invalid', faults.map(({ message }) => message).join(' '), faults)
}

const expectations = {
  text: 'a text',
  number: 'a number',
  boolean: 'true or false',
  date: 'a date such as 2026-03-14',
}

const keysWithin = (table: string, written: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(written)
      .filter(([field]) => field.startsWith(`${table}.`))
      .map(([field, value]) => [field.slice(table.length + 1), value]),
  )
