import type { BoundValue, RangeFilter } from '@rollcall/contracts/admin-api/user-filter'

/** What a column of whole numbers can hold at most. */
const most = 2 ** 31 - 1

/** The least and the greatest whole number of a range, both included; undefined where it is open. */
export function wholeLimits({ from, to }: RangeFilter): { least: number | undefined; greatest: number | undefined } {
  const up = from && (from.isInclusive ? Math.ceil(numberOf(from.value)) : Math.floor(numberOf(from.value)) + 1)
  const down = to && (to.isInclusive ? Math.floor(numberOf(to.value)) : Math.ceil(numberOf(to.value)) - 1)
  const storable = (number: number | undefined) =>
    number === undefined ? undefined : Math.max(-most, Math.min(most, number))
  return { least: storable(up), greatest: storable(down) }
}

function numberOf(value: BoundValue): number {
  if (value.kind !== 'number') throw new TypeError('A number is bounded by numbers.')
  return value.number
}
