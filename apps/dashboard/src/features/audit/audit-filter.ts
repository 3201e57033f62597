import type { LocationQuery } from 'vue-router'
import { firstMomentOf } from '../../ui/days.ts'

/** What of the log is shown; '' is no condition. The same names stand in the page's address and in the API. */
const names = ['action', 'phase', 'actor', 'subject', 'job', 'run', 'reason', 'from', 'to'] as const
export type AuditFilter = Record<(typeof names)[number], string>

const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))

const isUuid = (text: string) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)
const canBe: Partial<Record<keyof AuditFilter, (text: string) => boolean>> = {
  from: isDay,
  to: isDay,
  job: isUuid,
  run: isUuid,
}

/** @returns what the address says, without what cannot be a day or an id */
export function readAuditFilter(query: LocationQuery): AuditFilter {
  const read = (name: keyof AuditFilter) => {
    const text = typeof query[name] === 'string' ? query[name] : ''
    return (canBe[name]?.(text) ?? true) ? text : ''
  }
  return Object.fromEntries(names.map((name) => [name, read(name)])) as AuditFilter
}

/** For the page's address. */
export const filterQuery = (filter: AuditFilter): Record<string, string> =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ''))

/** For the API: `from` and `to` are whole days of the viewer's, and moments there. */
export function apiQuery(filter: AuditFilter): Record<string, string> {
  const { from, to, ...others } = filter
  return filterQuery({ ...others, from: from && firstMomentOf(from), to: to && firstMomentOf(to, 1) })
}
