import type { LocationQuery } from 'vue-router'

/** Which of those in the recycle bin are shown; '' is no condition. The same names stand in the page's address and in the API. */
const names = ['search', 'state', 'actor', 'from', 'to', 'untilFrom', 'untilTo', 'has'] as const
export type BinFilter = Record<(typeof names)[number], string>
/** What a figure of the report narrows the list by, beside the search and the state. */
export const narrowingNames = ['actor', 'from', 'to', 'untilFrom', 'untilTo', 'has'] as const

const moments: readonly string[] = ['from', 'to', 'untilFrom', 'untilTo']
const oneOf: Partial<Record<string, readonly string[]>> = { state: ['scheduled', 'deleted'], has: ['problem'] }

/** A day, in UTC, or a moment of it. */
const isMoment = (text: string) => /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(text) && !Number.isNaN(Date.parse(text))

/** @returns what the address says, without what it cannot mean */
export function readBinFilter(query: LocationQuery): BinFilter {
  const read = (name: (typeof names)[number]) => {
    const text = typeof query[name] === 'string' ? query[name] : ''
    const isMeant = moments.includes(name) ? isMoment(text) : (oneOf[name]?.includes(text) ?? true)
    return isMeant ? text : ''
  }
  return Object.fromEntries(names.map((name) => [name, read(name)])) as BinFilter
}

/** For the page's address. */
export const binQuery = (filter: Partial<BinFilter>): Record<string, string> =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ''))

/** For the API: a day begins at midnight, in UTC. */
export const binApiQuery = (filter: BinFilter): Record<string, string> =>
  Object.fromEntries(
    Object.entries(binQuery(filter)).map(([name, value]) => [
      name,
      moments.includes(name) ? new Date(value).toISOString() : value,
    ]),
  )
