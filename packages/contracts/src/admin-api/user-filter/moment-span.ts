import type { AgoUnit, MomentValue } from './user-filter.ts'

/** From its first moment up to, not including, `until`. */
export interface Span {
  from: Date
  until: Date
}

const momentPattern =
  /^([1-9]\d{3})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,3})\d{0,6})?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/
const agoPattern = /^now(?:-(\d{1,4})([hdwMy]))?$/
const hour = 3_600_000

/** @returns what `2025`, `2025-03-14T10:30Z`, `now` or `now-30d` says; undefined when it says no moment, or a day that never was */
export function readMoment(text: string): MomentValue | undefined {
  const ago = agoPattern.exec(text)
  if (ago) {
    const amount = Number(ago[1] ?? 0)
    return { kind: 'ago', amount, unit: amount === 0 ? 'd' : (ago[2] as AgoUnit) } // the pattern has no other unit
  }
  return spanOfWritten(text) && { kind: 'moment', moment: text }
}

/** What a moment covers: the whole of the year, month, day, minute or second it names, otherwise a millisecond. UTC unless it says otherwise. */
export function spanOfMoment(value: MomentValue, now: Date): Span {
  if (value.kind === 'ago') return momentary(agoFrom(now, value.amount, value.unit))
  const span = spanOfWritten(value.moment)
  if (!span) throw new RangeError('A moment in a filter has been read before.')
  return span
}

function spanOfWritten(text: string): Span | undefined {
  const match = momentPattern.exec(text)
  if (!match) return undefined
  const [, year, month, day, hours, minutes, seconds, fraction, zone = 'Z'] = match
  const date = `${year}-${month ?? '01'}-${day ?? '01'}`
  const from = new Date(
    `${date}T${hours ?? '00'}:${minutes ?? '00'}:${seconds ?? '00'}.${(fraction ?? '').padEnd(3, '0')}${zone}`,
  )
  // A day that is not in its month is read as one of the next.
  if (Number.isNaN(from.getTime()) || !new Date(`${date}T00:00Z`).toISOString().startsWith(date)) return undefined
  if (fraction) return momentary(from)
  const until = new Date(from)
  if (seconds) until.setUTCSeconds(until.getUTCSeconds() + 1)
  else if (hours) until.setUTCMinutes(until.getUTCMinutes() + 1)
  else if (day) until.setUTCDate(until.getUTCDate() + 1)
  else if (month) until.setUTCMonth(until.getUTCMonth() + 1)
  else until.setUTCFullYear(until.getUTCFullYear() + 1)
  return { from, until }
}

const momentary = (from: Date): Span => ({ from, until: new Date(from.getTime() + 1) })

function agoFrom(now: Date, amount: number, unit: AgoUnit): Date {
  if (unit === 'h') return new Date(now.getTime() - amount * hour)
  if (unit === 'd' || unit === 'w') return new Date(now.getTime() - amount * (unit === 'd' ? 24 : 168) * hour)
  const months = amount * (unit === 'M' ? 1 : 12)
  const moment = new Date(now)
  moment.setUTCMonth(moment.getUTCMonth() - months)
  // A month before 31 March is the last of February.
  if (moment.getUTCDate() !== now.getUTCDate()) moment.setUTCDate(0)
  return moment.getUTCFullYear() < 1 ? new Date(-62_135_596_800_000) : moment // the year 1: no store reaches further back
}
