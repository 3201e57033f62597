import { jsonTypeOf, type CustomField, type JsonType, type MetadataPaths } from '@rollcall/contracts/admin-api'

type Metadata = Record<string, unknown>

/** What may stand at a path of one table, as the team has declared it or as others have it. */
export interface MetadataHint {
  /** Below the table, such as `address.city`. */
  path: string
  label: string
  type: JsonType
  /** Of the newest, how many have it. */
  users: number
}

/** Beyond these it is a list to be searched, and nobody reads it. */
const most = 16
/** Of those who have a path: where fewer agree, it is of no one type. */
const agreed = 0.9

const declared: Record<CustomField['type'], JsonType> = {
  text: 'string',
  number: 'number',
  boolean: 'boolean',
  date: 'string',
  'one-of': 'string',
}

/** @param table `user_metadata` or `app_metadata` */
export function hintsOf(
  table: string,
  found: MetadataPaths['paths'],
  fields: readonly CustomField[],
): Map<string, MetadataHint> {
  const hints = new Map<string, MetadataHint>()
  for (const { path: whole, users, types } of found) {
    const [first] = types
    if (!whole.startsWith(`${table}.`) || !first || first.type === 'null' || first.users < agreed * users) continue
    const path = whole.slice(table.length + 1)
    hints.set(path, { path, label: path, type: first.type, users })
  }
  for (const field of fields) {
    if (!field.path.startsWith(`${table}.`)) continue
    const path = field.path.slice(table.length + 1)
    if (field.mayEdit) hints.set(path, { path, label: field.label, type: declared[field.type], users: hints.get(path)?.users ?? 0 })
    else hints.delete(path)
  }
  return hints
} // prettier-ignore

/** Those that are not there yet and could be, the most frequent first. */
export const missingHints = (hints: Map<string, MetadataHint>, written: Metadata): MetadataHint[] =>
  [...hints.values()]
    .filter(({ path }) => placeOf(written, path).isFree)
    .sort((one, other) => other.users - one.users)
    .slice(0, most)

/** Where what stands there is of another type than with others. Nothing is no type. */
export const oddHints = (
  hints: Map<string, MetadataHint>,
  written: Metadata,
  changed: readonly string[],
): { hint: MetadataHint; type: JsonType }[] =>
  [...hints.values()].flatMap((hint) => {
    const { value, isThere } = placeOf(written, hint.path)
    const type = jsonTypeOf(value)
    const isChanged = changed.includes(hint.path.split('.')[0] ?? '')
    return isThere && isChanged && type !== 'null' && type !== hint.type ? [{ hint, type }] : []
  })

const empty: Record<JsonType, unknown> = { string: '', number: 0, boolean: false, array: [], object: {}, null: null }

/** @returns the metadata with an empty value of its type at the path */
export function withHint(written: Metadata, { path, type }: MetadataHint): Metadata {
  const [key = '', ...rest] = path.split('.')
  if (rest.length === 0) return { ...written, [key]: empty[type] }
  const inner = Object.hasOwn(written, key) ? (written[key] as Metadata) : {} // an object, or the path would not be free
  return { ...written, [key]: withHint(inner, { path: rest.join('.'), type, label: '', users: 0 }) }
}

/** Free is what is not there, and under nothing but objects. */
function placeOf(written: Metadata, path: string): { value?: unknown; isThere: boolean; isFree: boolean } {
  let value: unknown = written
  for (const key of path.split('.')) {
    if (jsonTypeOf(value) !== 'object') return { isThere: false, isFree: false }
    if (!Object.hasOwn(value as Metadata, key)) return { isThere: false, isFree: true }
    value = (value as Metadata)[key]
  }
  return { value, isThere: true, isFree: false }
}
