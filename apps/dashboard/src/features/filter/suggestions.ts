import { infoOf, printUserFilter, userFields } from '@rollcall/contracts/user-filter'
import type { UserField } from '@rollcall/contracts/user-filter'
import { fieldCalled } from '../fields/field-called.ts'
import { ownFields } from '../fields/own-fields.ts'
import type { TypingPlace } from './typing-place.ts'

export interface Suggestion {
  /** What takes the place of what is typed. */
  text: string
  label: string
  /** What it means, or how many users it finds. */
  detail: string
  /** false: a field, whose value is typed next. */
  isWhole: boolean
}

interface Words {
  nameOf: (field: UserField) => string
  t: (key: string) => string
}

const most = 8
const keyOf = (text: string) => text.toLowerCase().replace(/[_\s-]/g, '')

/** The fields that what is typed may become. */
export function fieldSuggestions({ name }: TypingPlace, paths: string[], { nameOf }: Words): Suggestion[] {
  const key = keyOf(name)
  const isPath = /^(app|user)_?metadata\./i.test(name)
  const plain = Object.entries(userFields).flatMap(([field, { kind, aliases = [] }]) => {
    const isMeant = [field, ...aliases, nameOf(field)].some((one) => keyOf(one).startsWith(key))
    if (!isMeant) return []
    const text = kind === 'metadata' ? `${field}.` : `${field}:`
    return [{ text, label: text, detail: nameOf(field), isWhole: false }]
  })
  const own = ownFields.value
    .filter(({ name: one, label }) => [one, label].some((text) => keyOf(text).startsWith(key)))
    .map(({ name: one, label }) => ({ text: `${one}:`, label: `${one}:`, detail: label, isWhole: false }))
  const metadata = paths
    .filter((path) => (isPath ? path.startsWith(name) : key !== '' && keyOf(lastKey(path)).startsWith(key)))
    .map((path) => ({ text: `${path}:`, label: `${path}:`, detail: '', isWhole: false }))
  return [...(isPath ? [] : [...own, ...plain]), ...metadata].slice(0, key === '' ? undefined : most)
}

const lastKey = (path: string) => path.slice(path.lastIndexOf('.') + 1)

/** What a field of a kind with few values can be asked for; the values of others come from the server. */
export function fixedSuggestions({ name, value, field }: TypingPlace, { t }: Words): Suggestion[] {
  const known = field === undefined ? [] : fixedValues(field)
  return known
    .filter(([written]) => written.startsWith(value.toLowerCase()))
    .map(([written, key]) => ({ text: `${name}:${written}`, label: written, detail: key && t(key), isWhole: true }))
}

function fixedValues(field: UserField): [string, string][] {
  switch (infoOf(field).kind) {
    case 'boolean':
      return [
        ['true', 'filter.operators.yes'],
        ['false', 'filter.operators.no'],
      ]
    case 'moment':
      return [
        ['>now-7d', 'filter.presets.last7'],
        ['>now-30d', 'filter.presets.last30'],
        ['>now-90d', 'filter.presets.last90'],
        ['<now-1y', 'filter.presets.overYear'],
        ['never', 'filter.presets.never'],
      ]
    case 'number':
      return [
        ['0', ''],
        ['>0', ''],
        ['>=10', ''],
        ['<10', ''],
      ]
    case 'day':
      return [[new Date().toISOString().slice(0, 10), 'filter.presets.today']]
    default:
      return []
  }
}

/** A role and an organization are found by their name too, which reads better than their id. */
export const writtenValue = (field: UserField, value: string, label: string): string =>
  infoOf(field).kind === 'reference' ? label : value

/** Values as the language writes them, in quotes where they need some. */
export function valueSuggestions(
  { name }: TypingPlace,
  values: { value: string; label: string; users: number | null }[],
  count: (users: number) => string,
): Suggestion[] {
  const field = fieldCalled(name)
  if (field === undefined) return []
  return values.slice(0, most).map(({ value, label, users }) => ({
    text: printUserFilter({ kind: 'match', field, pieces: [writtenValue(field, value, label)] }),
    label,
    detail: users === null ? '' : count(users),
    isWhole: true,
  }))
}
