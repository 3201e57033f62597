import type { Activity } from '@rollcall/contracts/admin-api'

/** What is counted each day, and the filter that finds the users behind one. */
export const series = {
  signUps: { filterOf: (day: string) => `created_at:[${day} TO ${day}]`, isSum: true, isAlwaysKnown: true },
  signIns: { filterOf: (day: string) => `signed_in_on:${day}`, isSum: true, isAlwaysKnown: false },
  failures: { filterOf: (day: string) => `failed_on:${day}`, isSum: true, isAlwaysKnown: false },
  /** Who signed in on two days is active on both: these are averaged, never summed. */
  activeUsers: { filterOf: (day: string) => `signed_in_on:${day}`, isSum: false, isAlwaysKnown: false },
} as const
export type SeriesName = keyof typeof series

export interface DayValue {
  day: string
  /** undefined: of this day nothing is known. */
  value: number | undefined
}

export interface DaySeries {
  days: DayValue[]
  /** Summed, or per day on average. */
  total: number
  /** Against as many days before: 0.25 is a quarter more; undefined where those are not known, or nothing was. */
  change: number | undefined
  /** The first day of which something is known, if that is within the period. */
  since: string | undefined
}

/** @param activity of twice `length` days, so that the period can be held against the one before */
export function seriesOf({ days, since }: Activity, name: SeriesName, length: number): DaySeries {
  const { isSum, isAlwaysKnown } = series[name]
  const isKnown = (day: string) => isAlwaysKnown || (since !== null && day >= since)
  const period = days.slice(-length)
  const before = days.slice(-2 * length, -length)
  const known = period.filter(({ day }) => isKnown(day)).map((one) => one[name])
  const sumOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0)
  const sum = sumOf(known)
  const isComparable = before.length === length && before.every(({ day }) => isKnown(day))
  const sumBefore = sumOf(before.map((one) => one[name]))
  return {
    days: period.map((one) => ({ day: one.day, value: isKnown(one.day) ? one[name] : undefined })),
    total: isSum ? sum : sum / Math.max(1, known.length),
    change: isComparable && sumBefore > 0 ? sum / sumBefore - 1 : undefined,
    since: known.length > 0 && known.length < period.length ? period.at(-known.length)?.day : undefined,
  }
}
