import { expect, test } from 'vitest'
import { metadataField } from './fields.ts'
import { parseUserFilter, UserFilterFault } from './parse-user-filter.ts'
import { printUserFilter } from './print-user-filter.ts'
import { joinFilters } from './user-filter.ts'
import type { Bound, BoundValue, UserFilter } from './user-filter.ts'

// Random trees and random text: what is printed is read as the same question, and no text is more than a fault.

let state = 20_261_123
/** From 0 up to, not including, the limit; the seed above repeats it. */
function below(limit: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((state / 2 ** 32) * limit)
}
const chance = (probability: number) => below(1000) < probability * 1000
const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item // in range: none of the lists is empty

const words = ['ada', 'Zoë', 'O’Brien', "o'brien & co", 'a b', '', ' x', '"', '\\', 'a\\', '-x', '+1 555', '!x', '(p)', 'a:b', 'AND', 'OR', 'NOT', 'TO', '*', 'a*b', '[x', '{', '}', ']', '>5', '<=', '5', '-5', '007', '5.50', 'true', 'false', 'never', 'now', 'now-3d', '2025-03-14', 'http://x', 'auth0|1', '中文', '😀', '100%', 'x_y', 'a,', 'a;', 'é\u0301', 'line\nbreak', '&&', '||', '&', '/', '.'] // prettier-ignore
const textFields = ['user_id', 'email', 'email.domain', 'name', 'identities.provider', 'connection', 'last_ip']
const metadataFields = ['app_metadata.plan', 'user_metadata.a.b', metadataField(['app_metadata', 'https://x.io/a b', '(q)"*\\', '-k']), metadataField(['user_metadata', '名', '5'])] // prettier-ignore
const momentFields = ['created_at', 'last_login', 'signed_in_on']

const moment = (): BoundValue =>
  chance(0.5)
    ? { kind: 'moment', moment: pick(['2025', '2025-03', '2024-02-29', '2025-03-14T10:30Z', '2025-03-14T10:30:15.123+02:00']) } // prettier-ignore
    : pick([{ kind: 'ago', amount: 0, unit: 'd' }, { kind: 'ago', amount: 1 + below(90), unit: pick(['h', 'd', 'w', 'M', 'y']) }]) // prettier-ignore
const number = (): BoundValue => ({ kind: 'number', number: pick([0, 5, -5, 5.5, -0.000001, 2 ** 53 - 1]) })
const text = (): BoundValue => ({ kind: 'text', text: pick(words) })

function range(field: string, value: () => BoundValue): UserFilter {
  const bound = (): Bound => ({ value: value(), isInclusive: chance(0.5) })
  if (chance(0.3)) {
    const same = { value: value(), isInclusive: true }
    return { kind: 'range', field, from: same, to: same }
  }
  const which = below(3)
  return { kind: 'range', field, ...(which !== 0 && { from: bound() }), ...(which !== 1 && { to: bound() }) }
}

function leaf(): UserFilter {
  switch (below(9)) {
    case 0:
      return { kind: 'text', text: pick(words.filter((word) => word !== '')) }
    case 1:
      return {
        kind: 'match',
        field: pick([...textFields, 'role', 'tag', 'note']),
        pieces: [pick(words.filter((word) => word !== ''))],
      }
    case 2: {
      const between = pick(words.filter((word) => word !== ''))
      return { kind: 'match', field: pick([...textFields, ...metadataFields, 'organization']), pieces: [pick(words), between, pick(words)] } // prettier-ignore
    }
    case 3: {
      const isScalar = chance(0.5)
      const pieces = [pick(isScalar ? ['5', '-5', '5.50', 'true', 'false', '007'] : ['gold', 'a b', '', 'True', '1e3', '+5', 'never'])] // prettier-ignore
      return { kind: 'match', field: pick(metadataFields), pieces, ...(isScalar && chance(0.5) && { isText: true }) }
    }
    case 4:
      return { kind: 'is', field: pick(['blocked', 'mfa']), value: chance(0.5) }
    case 5:
      return range('logins_count', number)
    case 6:
      return range(pick(momentFields), moment)
    case 7:
      return chance(0.5)
        ? range(pick(textFields), text)
        : range(pick(metadataFields), pick([number, text, (): BoundValue => ({ kind: 'ago', amount: 3, unit: 'M' })]))
    default:
      return {
        kind: 'exists',
        field: pick([...textFields, ...metadataFields, 'app_metadata', 'role', 'tag', 'blocked']),
      }
  }
}

function tree(depth = 0): UserFilter {
  if (depth > 3 || chance(0.35)) return leaf()
  if (chance(0.25)) return { kind: 'not', of: tree(depth + 1) }
  return { kind: pick(['all', 'any']), of: Array.from({ length: below(4) }, () => tree(depth + 1)) }
}

/** As the parser would build it: nested lists taken apart, a single part for itself, nobody as not everybody. */
function normal(filter: UserFilter): UserFilter {
  if (filter.kind === 'not') return { kind: 'not', of: normal(filter.of) }
  if (filter.kind !== 'all' && filter.kind !== 'any') return filter
  if (filter.kind === 'any' && filter.of.length === 0) return { kind: 'not', of: { kind: 'all', of: [] } }
  return joinFilters(filter.kind, filter.of.map(normal))
}

test('what is printed is read as the same question', () => {
  for (let round = 0; round < 20_000; round += 1) {
    const filter = normal(tree())
    const printed = printUserFilter(filter)
    if (printed.length > 2000) continue
    expect(parseUserFilter(printed), `round ${round}: ${printed}`).toEqual(filter)
  }
})

test('any text is a filter that can be printed and read again, or a fault with a place', () => {
  const pieces = [...words, ' ', ' ', ' ', '(', ')', ':', 'name:', 'created_at:', 'logins:', 'blocked:', 'app_metadata.', 'role:(', '_exists_:', ' OR ', ' AND ', 'NOT ', '[', ' TO ', '\u200b', '\ud800', '\t', 'foo:', '*:*', '..', '\u0000'] // prettier-ignore
  let read = 0
  for (let round = 0; round < 20_000; round += 1) {
    const source = Array.from({ length: 1 + below(8) }, () => pick(pieces)).join('')
    let filter: UserFilter
    try {
      filter = parseUserFilter(source)
    } catch (error) {
      if (!(error instanceof UserFilterFault)) throw error
      expect(error.message, source).toMatch(/^\S.*\.$/s)
      expect(error.from, source).toBeLessThanOrEqual(error.to)
      expect(error.to, source).toBeLessThanOrEqual(source.length)
      continue
    }
    read += 1
    const printed = printUserFilter(filter)
    expect(parseUserFilter(printed), `round ${round}: ${source} → ${printed}`).toEqual(filter)
  }
  expect(read).toBeGreaterThan(8000)
})

test.each([
  ['('.repeat(2000), 'nested more than'],
  [`${'('.repeat(29)}a`, undefined],
  ['!'.repeat(1999) + 'a', 'nested more than'],
  ['NOT '.repeat(499), 'nested more than'],
  ['name:('.repeat(300), 'nested more than'],
  ['a '.repeat(1000), 'at most 200 parts'],
  ['a '.repeat(200), undefined],
  ['a'.repeat(2001), 'at most 2000 characters'],
  ['a'.repeat(2000), undefined],
  ['\\'.repeat(2000), undefined],
  [':'.repeat(2000), undefined],
  ['*'.repeat(2000), undefined],
])('however long or deep, a text is read or refused', (source, reason) => {
  if (reason === undefined) expect(parseUserFilter(source)).toBeDefined()
  else expect(() => parseUserFilter(source)).toThrow(reason)
})
