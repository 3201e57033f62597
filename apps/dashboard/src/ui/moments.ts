/** A formatter costs more to make than a hundred texts do, and a list has hundreds. */
function kept<Format>(make: (locale: string) => Format): (locale: string) => Format {
  const made = new Map<string, Format>()
  return (locale) => {
    const format = made.get(locale) ?? make(locale)
    made.set(locale, format)
    return format
  }
}
const exactFormat = kept((locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }))
const relativeFormat = kept((locale) => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }))

/** ISO 8601 in, words out, in the viewer's zone. */
export function exactMoment(at: string, locale: string): string {
  return exactFormat(locale).format(new Date(at))
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
  const format = relativeFormat(locale)
  for (const [unit, length] of steps) {
    if (Math.abs(amount) < length) return format.format(Math.round(amount), unit)
    amount /= length
  }
  return format.format(Math.round(amount), 'year')
}
