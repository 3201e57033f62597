import { metadataPath, readNumber, spanOfMoment } from '@rollcall/contracts/admin-api/user-filter'
import type { BoundValue, MatchFilter, RangeFilter, UserField } from '@rollcall/contracts/admin-api/user-filter'
import { sql } from '@rollcall/database'
import type { RawBuilder } from '@rollcall/database'

// Paths of SQL/JSON in their lax mode: a list on the way, or at the end, is looked into as if each of its items stood alone. A path is text
// that travels as a parameter; within it every key and value is a JSON string.

type Condition = RawBuilder<boolean>

const columnOf = (field: UserField) => sql.ref(field.startsWith('app_') ? 'u.app_metadata' : 'u.user_metadata')
const pathOf = (field: UserField) => ['$', ...metadataPath(field).map((key) => JSON.stringify(key))].join('.')

/**
 * Whether somewhere on the path there is something that meets a condition on `@`. A function, since for the operator PostgreSQL would read all
 * of an index that cannot tell.
 */
const somewhere = (field: UserField, condition: string): Condition =>
  sql<boolean>`jsonb_path_exists(${columnOf(field)}, ${`${pathOf(field)} ? (${condition})`}::jsonpath, '{}', true)`

export function metadataMatches({ field, pieces, isText }: MatchFilter): Condition {
  if (pieces.length > 1) {
    const pattern = pieces.map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('.*')
    return somewhere(field, `@ like_regex ${JSON.stringify(`^${pattern}$`)} flag "s"`)
  }
  const [text = ''] = pieces
  const path = pathOf(field)
  const wanted = [JSON.stringify(text)]
  const number = readNumber(text)
  if (!isText && number !== undefined) wanted.push(String(number))
  if (!isText && (text === 'true' || text === 'false')) wanted.push(text)
  // An equation is what the index of the column knows.
  return sql<boolean>`${columnOf(field)} @@ ${wanted.map((one) => `${path} == ${one}`).join(' || ')}::jsonpath`
}

/** What is not null, and neither an empty object nor an empty list: Auth0 finds nothing there either. */
export function metadataExists(field: UserField): Condition {
  const isFilled = [
    '(@.type() == "object" && exists(@.*))',
    '(@.type() == "array" && exists(@[*]))',
    '(@.type() != "object" && @.type() != "array" && @.type() != "null")',
  ]
  return somewhere(field, isFilled.join(' || '))
}

export function metadataWithin({ field, from, to }: RangeFilter, now: Date): Condition {
  const limits: string[] = []
  if (from) limits.push(`@ ${from.isInclusive ? '>=' : '>'} ${literalOf(from.value, now)}`)
  if (to) limits.push(`@ ${to.isInclusive ? '<=' : '<'} ${literalOf(to.value, now)}`)
  return somewhere(field, limits.join(' && '))
}

/** A moment in metadata is text, in the spelling of ISO 8601. */
function literalOf(value: BoundValue, now: Date): string {
  switch (value.kind) {
    case 'number':
      return String(value.number)
    case 'text':
      return JSON.stringify(value.text)
    default:
      return JSON.stringify(spanOfMoment(value, now).from.toISOString())
  }
}
