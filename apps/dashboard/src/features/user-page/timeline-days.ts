import type { TimelineEntry } from '@rollcall/contracts/admin-api'

export interface TimelineDay {
  /** Of the viewer's zone: `2026-11-25`. */
  day: string
  /** The first moment of it that something is told of. */
  at: string
  entries: TimelineEntry[]
}

/** Entries by the viewer's days, in the order they come in. */
export function groupByDay(entries: readonly TimelineEntry[]): TimelineDay[] {
  const days: TimelineDay[] = []
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

function localDay(date: Date): string {
  const two = (part: number) => String(part).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
