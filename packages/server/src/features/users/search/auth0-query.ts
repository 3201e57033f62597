import { infoOf, looksLikeScalar, metadataPath, spanOfMoment } from '@rollcall/contracts/admin-api/user-filter'
import type { Bound, MatchFilter, RangeFilter, UserField, UserFilter } from '@rollcall/contracts/admin-api/user-filter'
import { InvalidInput } from '@rollcall/http-kit'
import { wholeLimits } from './whole-limits.ts'

/** Auth0 refuses a leading wildcard before fewer literals than this. */
const fewestLiteralsAfterWildcard = 3
/** Every user has an id: this finds everybody. */
const everybody = '_exists_:user_id'
/** Each is one more that the tenant has to look through; given and family names are part of the name wherever a provider sends them. */
const searchedFields = ['name', 'email', 'nickname', 'username', 'phone_number']
/** The tenant keeps these in lower case, and compares a username to the letter. */
const lowerCaseFields = ['email', 'email.domain', 'username']

/**
 * Writes a filter in Auth0's query syntax (search engine v3), for a tenant whose users are not copied. All that people typed is quoted or
 * escaped.
 * @returns the text for `q`; empty for everybody
 * @throws InvalidInput `filter-needs-directory` for what Auth0 cannot be asked
 */
export function printAuth0Query(filter: UserFilter, now: Date): string {
  return filter.kind === 'all' && filter.of.length === 0 ? '' : print(filter, now)
}

function print(filter: UserFilter, now: Date): string {
  switch (filter.kind) {
    case 'all':
      return filter.of.length === 0 ? everybody : bracketed(filter.of.map((part) => print(part, now)), 'AND') // prettier-ignore
    case 'any':
      return filter.of.length === 0 ? without(everybody) : bracketed(filter.of.map((part) => print(part, now)), 'OR') // prettier-ignore
    case 'not':
      return without(print(filter.of, now))
    case 'text':
      return printText(filter.text)
    case 'is': {
      if (['mfa', 'email_shared', 'email_used_elsewhere', 'deletion_scheduled'].includes(filter.field))
        throw needsDirectory(filter.field)
      // What is not set is not true; Auth0 finds it by neither.
      const isTrue = `${filter.field}:true`
      return filter.value ? isTrue : without(isTrue)
    }
    case 'match':
      return printMatch(filter)
    case 'exists':
      return printExists(filter.field)
    case 'range':
      return printRange(filter, now)
  }
}

const bracketed = (parts: string[], operator: string) => `(${parts.join(` ${operator} `)})`
/** In Lucene a NOT on its own finds nobody: it only takes away from what is found. */
const without = (query: string) => `(${everybody} AND NOT ${query})`

function printText(text: string): string {
  const isLong = [...text].length >= fewestLiteralsAfterWildcard
  const ways = searchedFields.map((field) => `${field}:${isLong ? '*' : ''}${escapeTerm(caseOf(field, text))}*`)
  // Every id has a bar between provider and account. Other text is spared that question: it makes the tenant's search slower.
  if (text.includes('|')) ways.push(`user_id:${quote(text)}`)
  return bracketed(ways, 'OR')
}

function printMatch({ field, pieces, isText }: MatchFilter): string {
  const { kind } = infoOf(field)
  const [text = ''] = pieces
  if (kind === 'reference') {
    // Of an organization Auth0 knows the id alone, and of roles nothing.
    if (field !== 'organization' || pieces.length > 1 || !text.startsWith('org_')) {
      throw needsDirectory(field === 'organization' ? 'an organization by its name' : field)
    }
    return `organization_id:${quote(text)}`
  }
  const name = nameOf(field)
  const wanted = pieces.map((piece) => caseOf(field, piece))
  if (wanted.length > 1) {
    if (field.startsWith('user_metadata')) throw needsDirectory('a * in user_metadata')
    const isOpen = wanted[0] === '' && [...(wanted[1] ?? '')].length < fewestLiteralsAfterWildcard
    if (isOpen) throw needsDirectory(`a * before fewer than ${fewestLiteralsAfterWildcard} characters`)
    return `${name}:${wanted.map(escapeTerm).join('*')}`
  }
  // Without quotes a number or a boolean is itself.
  if (kind === 'metadata' && looksLikeScalar(text) && !isText) return `${name}:${escapeTerm(text)}`
  return `${name}:${quote(wanted[0] ?? '')}`
}

function printExists(field: UserField): string {
  switch (infoOf(field).kind) {
    case 'boolean':
      return everybody
    case 'number':
      return `${field}:[1 TO *]`
    case 'day':
      throw needsDirectory(field)
    case 'reference':
      if (field !== 'organization') throw needsDirectory(field)
      return '_exists_:organization_id'
    default:
      return `_exists_:${nameOf(field)}`
  }
}

function printRange(filter: RangeFilter, now: Date): string {
  const { field, from, to } = filter
  const { kind } = infoOf(field)
  if (kind === 'day') throw needsDirectory(field)
  if (field.startsWith('user_metadata')) throw needsDirectory('a range of user_metadata')
  if (kind === 'number') return printCount(filter)
  const low = printEnd(field, from, true, now)
  const high = printEnd(field, to, false, now)
  return `${nameOf(field)}:${low.isInclusive ? '[' : '{'}${low.text} TO ${high.text}${high.isInclusive ? ']' : '}'}`
}

function printCount(filter: RangeFilter): string {
  const { least, greatest } = wholeLimits(filter)
  const range = `${filter.field}:[${least ?? '*'} TO ${greatest ?? '*'}]`
  // Auth0 has no count of sign-ins of somebody who never signed in; ours is 0.
  const hasZero = (least ?? 0) <= 0 && (greatest ?? 0) >= 0
  return hasZero ? `(${range} OR ${without(`_exists_:${filter.field}`)})` : range
}

interface End {
  text: string
  isInclusive: boolean
}

function printEnd(field: UserField, bound: Bound | undefined, isLow: boolean, now: Date): End {
  if (!bound) return { text: '*', isInclusive: true }
  const { value, isInclusive } = bound
  if (value.kind === 'number') return { text: String(value.number), isInclusive }
  if (value.kind === 'text') return { text: quote(caseOf(field, value.text)), isInclusive }
  const span = spanOfMoment(value, now)
  // A period's end is the first moment after it.
  return isLow === isInclusive
    ? { text: quote(span.from.toISOString()), isInclusive: isLow }
    : { text: quote(span.until.toISOString()), isInclusive: isLow }
}

/** Auth0's name: of the connections it cannot tell the primary one. */
function nameOf(field: UserField): string {
  if (field === 'connection') return 'identities.connection'
  if (infoOf(field).kind !== 'metadata') return field
  const table = field.startsWith('app_') ? 'app_metadata' : 'user_metadata'
  const path = metadataPath(field)
  if (path.some((key) => key.includes('.'))) throw needsDirectory('a key of metadata with a dot in it')
  return [table, ...path.map(escapeTerm)].join('.')
}

const caseOf = (field: UserField, text: string) => (lowerCaseFields.includes(field) ? text.toLowerCase() : text)
const quote = (text: string) => `"${text.replace(/["\\]/g, String.raw`\$&`)}"`
/** Everything that is no letter, digit, mark or plain joiner gets a backslash: more than Lucene asks for, never less. */
const escapeTerm = (text: string) => text.replace(/[^\p{L}\p{N}\p{M}_.@]/gu, String.raw`\$&`)

function needsDirectory(part: string): InvalidInput {
  const detail = `The tenant cannot be asked for ${part}. Leave it out, or turn the directory on.`
  return new InvalidInput('filter-needs-directory', detail, [{ path: 'query.filter', message: detail }])
}
