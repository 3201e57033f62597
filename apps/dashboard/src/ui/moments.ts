/** ISO 8601 in, words out, in the viewer's zone. */
export function exactMoment(at: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at))
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
]

/** "3 days ago": the largest unit of which there is at least one. */
export function relativeMoment(at: string, locale: string, now: Date): string {
  let amount = (new Date(at).getTime() - now.getTime()) / 1000
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  for (const [unit, length] of steps) {
    if (Math.abs(amount) < length) return format.format(Math.round(amount), unit)
    amount /= length
  }
  return format.format(Math.round(amount), 'year')
}
