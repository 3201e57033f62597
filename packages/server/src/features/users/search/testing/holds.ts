import { foldText } from '@rollcall/contracts/admin-api/user-filter'
import type { Bound, BoundValue, RangeFilter, UserFilter } from '@rollcall/contracts/admin-api/user-filter'
import { searchLines } from '../search-text.ts'
import type { Group, Person } from './person.ts'

export interface World {
  roles: Group[]
  organizations: Group[]
  /** `now-1M` → the moment it means, written down by hand. */
  agos: Record<string, string>
}

/** The meaning of a filter in plain code that knows nothing of SQL: what docs/filters.md says, field by field. */
export function holds(filter: UserFilter, person: Person, world: World): boolean {
  switch (filter.kind) {
    case 'all':
      return filter.of.every((part) => holds(part, person, world))
    case 'any':
      return filter.of.some((part) => holds(part, person, world))
    case 'not':
      return !holds(filter.of, person, world)
    case 'text':
      return textHolds(filter.text, person)
    case 'is':
      return person[filter.field as 'blocked'] === filter.value
    case 'match': {
      const { field, pieces } = filter
      const [table, ...path] = field.split('.')
      if (table === 'app_metadata' || table === 'user_metadata') {
        return valuesAt(person[table], path).some((value) => metadataMatches(value, pieces, filter.isText === true))
      }
      if (field === 'role' || field === 'organization') {
        const groups = field === 'role' ? world.roles : world.organizations
        const ids = field === 'role' ? person.roles : person.organizations
        return groups.some(({ id, name, display_name }) => ids.includes(id) && (isLike(id, pieces) || [name, display_name].some((one) => one !== null && isLike(one.toLowerCase(), pieces.map((piece) => piece.toLowerCase()))))) // prettier-ignore
      }
      if (field === 'tag') return person.tags.some((tag) => isLike(foldText(tag), pieces.map(foldText)))
      if (field === 'note')
        return person.notes.some((text) => isLike(foldText(text), ['', ...pieces.map(foldText), '']))
      const fold = foldOf(field)
      return textsOf(field, person).some((text) => isLike(fold(text), pieces.map(fold)))
    }
    case 'exists':
      return existsHolds(filter.field, person)
    case 'range':
      return rangeHolds(filter, person, world)
  }
}

function textHolds(text: string, person: Person): boolean {
  const lines = searchLines.map((line) => foldText(person[line] ?? ''))
  const isIn = (word: string) => {
    const isShort = [...word].length < 3 && !/[\p{Script=Han}\p{Script=Hangul}]/u.test(word)
    return lines.some((line) => (isShort ? ` ${line}`.includes(` ${word}`) : line.includes(word)))
  }
  const word = foldText(text)
  if (isIn(word)) return true
  const digits = [...word].filter((character) => /[\d+]/.test(character)).join('')
  const isPhone = [...word].every((character) => '0123456789+ ()./-'.includes(character)) && digits.length >= 3
  if (isPhone && isIn(digits)) return true
  return (text.includes('|') || (text.length >= 6 && /\d/.test(text))) && person.user_id.includes(text)
}

const exactFields = ['user_id', 'connection', 'last_ip', 'identities.connection', 'identities.provider', 'identities.user_id'] // prettier-ignore
const foldOf = (field: string) => (exactFields.includes(field) ? (text: string) => text : foldText)

/** What a field of text says: nothing, one, or one for each identity. */
function textsOf(field: string, person: Person): string[] {
  const found = field.startsWith('identities.')
    ? person.identities.map((identity) => String(identity[field.slice(11) as 'provider']))
    : [field === 'email.domain' ? domainOf(person.email) : person[field as 'name']]
  const fold = foldOf(field)
  return found.filter((text) => text !== null).filter((text) => fold(text) !== '')
}
const domainOf = (email: string | null) => (email?.includes('@') ? email.slice(email.lastIndexOf('@') + 1) : null)

function isLike(text: string, pieces: string[]): boolean {
  const [first = '', ...others] = pieces
  if (others.length === 0) return text === first
  const last = others.pop() ?? ''
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const piece of others) {
    const found = text.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return text.endsWith(last) && text.length - last.length >= at
}

function metadataMatches(value: unknown, pieces: string[], isText: boolean): boolean {
  if (pieces.length > 1) return typeof value === 'string' && isLike(value, pieces)
  const [text = ''] = pieces
  if (value === text) return true
  if (isText) return false
  return typeof value === 'number' ? /^-?[\d.]+$/.test(text) && Number(text) === value : String(value) === text && typeof value === 'boolean' // prettier-ignore
}

/** What stands at a path, lists looked into at each step. */
function valuesAt(root: unknown, path: string[]): unknown[] {
  const opened = (values: unknown[]) =>
    values.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value]))
  let found: unknown[] = [root]
  for (const key of path) {
    found = opened(found).flatMap((value) => (isRecord(value) && Object.hasOwn(value, key) ? [value[key]] : []))
  }
  return opened(found)
}
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value) // prettier-ignore
const isThere = (value: unknown) => value !== null && (typeof value !== 'object' || Object.keys(value as object).length > 0) // prettier-ignore

function existsHolds(field: string, person: Person): boolean {
  const [table, ...path] = field.split('.')
  if (table === 'app_metadata' || table === 'user_metadata') return valuesAt(person[table], path).some(isThere)
  switch (field) {
    case 'email_verified':
    case 'phone_verified':
    case 'blocked':
    case 'mfa':
    case 'email_shared':
    case 'email_used_elsewhere':
    case 'deletion_scheduled':
      return true
    case 'logins_count':
      return person.logins_count > 0
    case 'created_at':
    case 'updated_at':
    case 'last_login':
      return person[field] !== null
    case 'role':
      return person.roles.length > 0
    case 'organization':
      return person.organizations.length > 0
    case 'tag':
      return person.tags.length > 0
    case 'note':
      return person.notes.length > 0
    case 'signed_in_on':
    case 'failed_on':
      return person[field].length > 0
    default:
      return textsOf(field, person).length > 0
  }
}

function rangeHolds({ field, from, to }: RangeFilter, person: Person, { agos }: World): boolean {
  const within = <Value>(value: Value, compare: (value: Value, bound: BoundValue) => number | undefined): boolean => {
    const side = (bound: Bound | undefined, sign: 1 | -1) => {
      if (!bound) return true
      const order = compare(value, bound.value)
      return order !== undefined && (order * sign > 0 || (order === 0 && bound.isInclusive))
    }
    return side(from, 1) && side(to, -1)
  }
  const [table, ...path] = field.split('.')
  if (table === 'app_metadata' || table === 'user_metadata') {
    return valuesAt(person[table], path).some((value) =>
      within(value, (held, bound) => {
        if (bound.kind === 'number') return typeof held === 'number' ? held - bound.number : undefined
        const text = bound.kind === 'text' ? bound.text : isoOf(bound, agos)
        return typeof held === 'string' ? bytes(held, text) : undefined
      }),
    )
  }
  if (field === 'logins_count') {
    return within(person.logins_count, (held, bound) => (bound.kind === 'number' ? held - bound.number : undefined))
  }
  if (field === 'signed_in_on' || field === 'failed_on') {
    return person[field].some((day) => within(day, (held, bound) => byPrefix(held, isoOf(bound, agos).slice(0, 10))))
  }
  if (field === 'created_at' || field === 'updated_at' || field === 'last_login') {
    const moment = person[field]?.toISOString()
    return moment !== undefined && within(moment, (held, bound) => byPrefix(held, isoOf(bound, agos)))
  }
  const fold = foldOf(field)
  return textsOf(field, person).some((text) => within(text, (held, bound) => bound.kind === 'text' ? bytes(fold(held), fold(bound.text)) : undefined)) // prettier-ignore
}

const bytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other))
/** A period that is written short is as long as its writing: 2025-03 is whatever begins with it. */
const byPrefix = (moment: string, written: string) => bytes(moment.slice(0, written.length), written)

/** In UTC and without its Z, so that it is a prefix of the moments in it. */
function isoOf(value: BoundValue, agos: Record<string, string>): string {
  if (value.kind === 'ago') return agos[`${value.amount}${value.unit}`] ?? 'unknown'
  if (value.kind !== 'moment') return 'unknown'
  if (!value.moment.endsWith('+02:00')) return value.moment.replace('Z', '')
  return new Date(value.moment).toISOString()
}
