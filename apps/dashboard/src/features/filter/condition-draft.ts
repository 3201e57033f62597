import { findUserField, infoOf, readMoment, readNumber } from '@rollcall/contracts/user-filter'
import type { AgoUnit, BoundValue, UserField, UserFilter } from '@rollcall/contracts/user-filter'
import { isChoice } from './filter-fields.ts'

export type Operator =
  | 'is'
  | 'isNot'
  | 'contains'
  | 'starts'
  | 'exists'
  | 'lacks'
  | 'yes'
  | 'no'
  | 'within'
  | 'notWithin'
  | 'between'
  | 'never'
  | 'atLeast'
  | 'atMost'

/** A condition as it is put together by choosing. */
export interface ConditionDraft {
  field: UserField
  operator: Operator
  /** A text, a number, or a day. */
  value: string
  /** The other end of a range. */
  upTo: string
  /** How long ago. */
  amount: number
  unit: AgoUnit
}

/** How a field can be asked. The first one is what most want. */
export function operatorsOf(field: UserField): Operator[] {
  switch (infoOf(field).kind) {
    case 'boolean':
      return ['yes', 'no']
    case 'number':
      return ['atLeast', 'atMost', 'is', 'between']
    case 'moment':
      return ['within', 'notWithin', 'between', 'never', 'exists']
    case 'day':
      return ['between', 'is']
    case 'metadata':
      return ['is', 'isNot', 'contains', 'atLeast', 'atMost', 'exists', 'lacks']
    default:
      return isChoice(field)
        ? ['is', 'isNot', 'exists', 'lacks']
        : ['contains', 'is', 'isNot', 'starts', 'exists', 'lacks']
  }
}

/** A new condition on a field; what has been typed is kept where it still has a meaning. */
export function draftFor(field: UserField, before?: ConditionDraft): ConditionDraft {
  const operators = operatorsOf(field)
  const isSameKind = before && infoOf(before.field).kind === infoOf(field).kind
  return {
    field,
    operator: before && operators.includes(before.operator) && isSameKind ? before.operator : (operators[0] ?? 'is'),
    value: '',
    upTo: '',
    amount: before?.amount ?? 30,
    unit: before?.unit ?? 'd',
  }
}

/** @returns undefined while something is missing */
export function filterOf({ field, operator, value, upTo, amount, unit }: ConditionDraft): UserFilter | undefined {
  const text = value.trim()
  const match = (pieces: string[]): UserFilter | undefined =>
    text === '' ? undefined : { kind: 'match', field, pieces }
  const not = (of: UserFilter | undefined): UserFilter | undefined => of && { kind: 'not', of }
  const ago = { value: { kind: 'ago', amount, unit }, isInclusive: false } as const
  const isTime = amount > 0 && Number.isInteger(amount)
  if (findUserField(field) === undefined) return undefined
  switch (operator) {
    case 'yes':
    case 'no':
      return { kind: 'is', field, value: operator === 'yes' }
    case 'exists':
      return { kind: 'exists', field }
    case 'lacks':
    case 'never':
      return { kind: 'not', of: { kind: 'exists', field } }
    case 'contains':
      return match(['', text, ''])
    case 'starts':
      return match([text, ''])
    case 'within':
      return isTime ? { kind: 'range', field, from: ago } : undefined
    case 'notWithin':
      return isTime ? { kind: 'range', field, to: ago } : undefined
    case 'is':
    case 'isNot': {
      const { kind } = infoOf(field)
      const isRange = kind === 'number' || kind === 'day' || kind === 'moment'
      const found = isRange ? rangeOf(field, text, text) : match([text])
      return operator === 'is' ? found : not(found)
    }
    case 'between':
      return rangeOf(field, text, upTo.trim())
    case 'atLeast':
      return text === '' ? undefined : rangeOf(field, text, '')
    case 'atMost':
      return text === '' ? undefined : rangeOf(field, '', text)
  }
}

/** From one value to another, both of them in; an empty one is open. */
function rangeOf(field: UserField, low: string, high: string): UserFilter | undefined {
  const bounds = [low, high].map((text) => (text === '' ? undefined : boundOf(field, text)))
  const [from, to] = bounds
  if ((low !== '' && !from) || (high !== '' && !to) || (!from && !to)) return undefined
  return {
    kind: 'range',
    field,
    ...(from && { from: { value: from, isInclusive: true } }),
    ...(to && { to: { value: to, isInclusive: true } }),
  }
}

function boundOf(field: UserField, text: string): BoundValue | undefined {
  const { kind } = infoOf(field)
  const number = readNumber(text)
  if (kind === 'moment' || kind === 'day') return readMoment(text)
  if (number !== undefined) return { kind: 'number', number }
  return kind === 'number' ? undefined : { kind: 'text', text }
}

/** @returns undefined for a condition that says more than can be chosen; it is changed as text */
export function draftOf(filter: UserFilter): ConditionDraft | undefined {
  const isNegated = filter.kind === 'not'
  const inner = isNegated ? filter.of : filter
  if (!('field' in inner)) return undefined
  const draft = draftFor(inner.field)
  const with_ = (change: Partial<ConditionDraft>): ConditionDraft | undefined =>
    operatorsOf(inner.field).includes(change.operator ?? draft.operator) ? { ...draft, ...change } : undefined
  if (inner.kind === 'exists') {
    if (!isNegated) return with_({ operator: 'exists' })
    return with_({ operator: infoOf(inner.field).kind === 'moment' ? 'never' : 'lacks' })
  }
  if (inner.kind === 'match') {
    const [first = '', second, third, ...more] = inner.pieces
    if (inner.isText || more.length > 0) return undefined
    if (second === undefined) return with_({ operator: isNegated ? 'isNot' : 'is', value: first })
    if (isNegated) return undefined
    if (third === undefined) return second === '' ? with_({ operator: 'starts', value: first }) : undefined
    return first === '' && third === '' ? with_({ operator: 'contains', value: second }) : undefined
  }
  if (isNegated) return undefined
  if (inner.kind === 'is') return with_({ operator: inner.value ? 'yes' : 'no' })
  const { from, to } = inner
  if (from?.value.kind === 'ago' || to?.value.kind === 'ago') {
    const only = from && to ? undefined : (from ?? to)
    if (only?.value.kind !== 'ago' || only.isInclusive) return undefined
    return with_({ operator: from ? 'within' : 'notWithin', amount: only.value.amount, unit: only.value.unit })
  }
  if (from?.isInclusive === false || to?.isInclusive === false) return undefined
  const [low, high] = [from, to].map((bound) => (bound ? textOfBound(bound.value) : ''))
  if (from && to && low === high)
    return (
      with_({ operator: 'is', value: low ?? '' }) ?? with_({ operator: 'between', value: low ?? '', upTo: high ?? '' })
    )
  if (!from || !to) {
    const one = with_({ operator: from ? 'atLeast' : 'atMost', value: (from ? low : high) ?? '' })
    if (one) return one
  }
  return with_({ operator: 'between', value: low ?? '', upTo: high ?? '' })
}

function textOfBound(value: BoundValue): string {
  if (value.kind === 'number') return String(value.number)
  if (value.kind === 'moment') return value.moment
  return value.kind === 'text' ? value.text : ''
}
