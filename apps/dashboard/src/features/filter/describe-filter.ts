import { infoOf, printUserFilter } from '@rollcall/contracts/user-filter'
import type { AgoUnit, BoundValue, RangeFilter, UserField, UserFilter } from '@rollcall/contracts/user-filter'
import { ownFieldAt } from '../fields/own-fields.ts'
import { spokenAmount } from '../../ui/measures.ts'

/** How a person's language says what a filter asks. */
export interface FilterWords {
  t: (key: string, values?: Record<string, string>) => string
  te: (key: string) => boolean
  locale: string
}

const units = { h: 'hour', d: 'day', w: 'week', M: 'month', y: 'year' } as const satisfies Record<AgoUnit, string>

/** A field of the catalogue in words, or in the team's own; a path into metadata as it is. */
export function nameOfField(field: UserField, { t, te }: Pick<FilterWords, 't' | 'te'>): string {
  const key = `filter.fields.${field.replaceAll('.', '_')}`
  return ownFieldAt(field)?.label ?? (te(key) ? t(key) : field)
}

/** One condition in words: "Connection is github", "Last login over 1 year ago". */
export function describeFilter(filter: UserFilter, words: FilterWords): string {
  const { t } = words
  switch (filter.kind) {
    case 'text':
      return t('filter.say.text', { text: filter.text })
    case 'is':
      return t(`filter.say.${filter.value}`, { field: nameOfField(filter.field, words) })
    case 'exists':
      return t('filter.say.exists', { field: nameOfField(filter.field, words) })
    case 'match':
      return describeMatch(filter.field, filter.pieces, words)
    case 'range':
      return describeRange(filter, words)
    case 'not':
      return describeNot(filter.of, words)
    default:
      // One within another is clearer as it is written.
      return describeJoin(filter, words)
  }
}

function describeMatch(field: UserField, pieces: string[], words: FilterWords): string {
  const [first = '', ...rest] = pieces
  const last = rest.at(-1)
  const inner = pieces.filter((piece) => piece !== '').join('*')
  const isPart = field === 'note' // of which any part is asked for, with a * or without
  const ways = {
    is: rest.length === 0 && !isPart,
    contains: isPart || (first === '' && last === ''),
    ends: first === '',
    starts: last === '',
  }
  const way = inner.includes('*') ? 'is' : (Object.keys(ways) as (keyof typeof ways)[]).find((name) => ways[name])
  return words.t(`filter.say.${way ?? 'is'}`, {
    field: nameOfField(field, words),
    value: way === undefined || inner.includes('*') ? pieces.join('*') : inner,
  })
}

function describeNot(of: UserFilter, words: FilterWords): string {
  if (of.kind === 'exists') {
    const way = infoOf(of.field).kind === 'moment' ? 'never' : 'lacks'
    return words.t(`filter.say.${way}`, { field: nameOfField(of.field, words) })
  }
  if (of.kind === 'match' && of.pieces.length === 1 && of.field !== 'note') {
    return words.t('filter.say.isNot', { field: nameOfField(of.field, words), value: of.pieces[0] ?? '' })
  }
  return words.t('filter.say.not', { condition: describeFilter(of, words) })
}

function describeRange({ field, from, to }: RangeFilter, words: FilterWords): string {
  const name = { field: nameOfField(field, words) }
  const say = (value: BoundValue) => describeBound(value, words)
  if (from && to) {
    const [low, high] = [say(from.value), say(to.value)]
    return low === high
      ? words.t(infoOf(field).kind === 'number' ? 'filter.say.is' : 'filter.say.on', { ...name, value: low })
      : words.t('filter.say.between', { ...name, from: low, to: high })
  }
  const one = from ?? to
  if (!one) return words.t('filter.say.exists', name)
  if (one.value.kind === 'ago')
    return words.t(from ? 'filter.say.since' : 'filter.say.before', { ...name, value: say(one.value) })
  const way = from ? (one.isInclusive ? 'from' : 'over') : one.isInclusive ? 'to' : 'under'
  return words.t(`filter.say.${way}`, { ...name, value: say(one.value) })
}

function describeBound(value: BoundValue, { t, locale }: FilterWords): string {
  switch (value.kind) {
    case 'number':
      return new Intl.NumberFormat(locale).format(value.number)
    case 'text':
      return value.text
    case 'ago':
      return value.amount === 0 ? t('filter.say.now') : spokenAmount(value.amount, units[value.unit], locale)
    case 'moment':
      // A day of the tenant is one in UTC; whatever is more or less exact is said as it is written.
      return /^\d{4}-\d\d-\d\d$/.test(value.moment)
        ? new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(value.moment))
        : value.moment
  }
}

function describeJoin(filter: UserFilter & { kind: 'all' | 'any' }, words: FilterWords): string {
  const isFlat = filter.of.every(({ kind }) => kind !== 'all' && kind !== 'any')
  if (!isFlat || filter.of.length < 2 || filter.of.length > 4) return printUserFilter(filter)
  const format = new Intl.ListFormat(words.locale, { type: filter.kind === 'all' ? 'conjunction' : 'disjunction' })
  return format.format(filter.of.map((part) => describeFilter(part, words)))
}
