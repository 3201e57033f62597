import { infoOf } from './fields.ts'
import { looksLikeScalar } from './parse-user-filter.ts'
import type { BoundValue, RangeFilter, UserField, UserFilter } from './user-filter.ts'

/** Writes a filter so that `parseUserFilter` reads the same again, in the fields' canonical names. */
export function printUserFilter(filter: UserFilter): string {
  if (filter.kind === 'all') return filter.of.map((part) => print(part, part.kind === 'any')).join(' ')
  return print(filter, false)
}

function print(filter: UserFilter, isBracketed: boolean): string {
  switch (filter.kind) {
    case 'all':
      // Everybody, of whom a part is written.
      if (filter.of.length === 0) return '*'
      return `(${filter.of.map((part) => print(part, true)).join(' ')})`
    case 'any': {
      if (filter.of.length === 0) return 'NOT *'
      const field = commonField(filter.of)
      if (field !== undefined) return `${printField(field)}:(${filter.of.map(printValue).join(' OR ')})`
      const text = filter.of.map((part) => print(part, true)).join(' OR ')
      return isBracketed ? `(${text})` : text
    }
    case 'not':
      return `NOT ${print(filter.of, true)}`
    case 'text':
      return isPlain(filter.text) && !/[:/]/.test(filter.text) ? filter.text : quote(filter.text)
    case 'exists':
      return `_exists_:${printField(filter.field)}`
    default:
      return `${printField(filter.field)}:${printValue(filter)}`
  }
}

/** `role:(admin OR editor)` is shorter. @returns the field that all ask for, if there are several */
function commonField(filters: UserFilter[]): UserField | undefined {
  const [first] = filters
  const hasField = (filter: UserFilter) => filter.kind === 'match' || filter.kind === 'is' || filter.kind === 'range'
  if (filters.length < 2 || !first || !hasField(first)) return undefined
  return filters.every((filter) => hasField(filter) && filter.field === first.field) ? first.field : undefined
}

/** In a key everything that could end it has a backslash; those of the field's own stay. */
const printField = (field: UserField) =>
  field.replace(/\\.|[^\p{L}\p{N}_.@$/-]/gsu, (found) => (found.startsWith('\\') ? found : `\\${found}`))

/** What stands after the colon; nothing for a filter without one. */
function printValue(filter: UserFilter): string {
  if (filter.kind === 'is') return String(filter.value)
  if (filter.kind === 'match') {
    const [text = ''] = filter.pieces
    if (filter.pieces.length > 1) return filter.pieces.map(escape).join('*')
    // Without quotes, so that it is the number as well.
    if (looksLikeScalar(text) && !filter.isText) return escape(text)
    return isPlain(text) && !filter.isText ? text : quote(text)
  }
  return filter.kind === 'range' ? printRange(filter) : ''
}

function printRange({ field, from, to }: RangeFilter): string {
  if (!from) return to ? `<${to.isInclusive ? '=' : ''}${printBound(to.value)}` : '*'
  if (!to) return `>${from.isInclusive ? '=' : ''}${printBound(from.value)}`
  const [low, high] = [printBound(from.value), printBound(to.value)]
  // Of metadata, a single value would ask for the text as well.
  const isOne = low === high && from.isInclusive && to.isInclusive && infoOf(field).kind !== 'metadata'
  if (isOne && (from.value.kind === 'number' || from.value.kind === 'moment')) return escape(low)
  return `${from.isInclusive ? '[' : '{'}${low} TO ${high}${to.isInclusive ? ']' : '}'}`
}

function printBound(value: BoundValue): string {
  switch (value.kind) {
    case 'number':
      return String(value.number)
    case 'moment':
      return value.moment
    case 'ago':
      return value.amount === 0 ? 'now' : `now-${value.amount}${value.unit}`
    case 'text':
      // Unquoted, `5` and `now` would be a number and a moment.
      return isPlain(value.text) && !/^(now|\d)/.test(value.text) ? value.text : quote(value.text)
  }
}

/** Whether it can be written as it is, wherever a word can stand. */
const isPlain = (text: string) => /^[\p{L}\p{N}][\p{L}\p{N}@.+_'|:/-]*$/u.test(text) && !/^(AND|OR|NOT)$|:$/.test(text)
const quote = (text: string) => `"${text.replace(/["\\]/g, String.raw`\$&`)}"`
/** Gives a backslash to whatever could mean something, a leading sign or bar among it. */
const escape = (text: string) => text.replace(/[^\p{L}\p{N}@._'|:/+-]|^[+|-]/gsu, String.raw`\$&`)
