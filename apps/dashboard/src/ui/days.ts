export interface DayOf<Entry> {
  /** Of the viewer's zone: `2026-11-25`. */
  day: string
  /** The first moment of it that something is told of. */
  at: string
  entries: Entry[]
}

/** Entries by the viewer's days, in the order they come in. */
export function groupByDay<Entry extends { at: string }>(entries: readonly Entry[]): DayOf<Entry>[] {
  const days: DayOf<Entry>[] = []
  for (const entry of entries) {
    const day = localDay(new Date(entry.at))
    const last = days.at(-1)
    if (last?.day === day) last.entries.push(entry)
    else days.push({ day, at: entry.at, entries: [entry] })
  }
  return days
}

/** Whole days from one to the other, by the viewer's calendar; summer time makes some of them longer. */
export function daysBetween(from: Date, to: Date): number {
  const noon = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate())
  return Math.round((noon(to) - noon(from)) / 86_400_000)
}

/** The first moment of a day of the viewer's, ISO 8601. @param day `2026-11-25`; @param later that many days after */
export function firstMomentOf(day: string, later = 0): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date + later).toISOString()
}

function localDay(date: Date): string {
  const two = (part: number) => String(part).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
