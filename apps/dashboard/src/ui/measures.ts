const inUnit = (amount: number, unit: string, locale: string, digits = 0) =>
  new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: unit.endsWith('byte') ? 'short' : 'long',
    maximumFractionDigits: digits,
  }).format(amount)

/** "3 minutes": the largest unit of which there is at least one, rounded. */
export function spokenDuration(seconds: number, locale: string): string {
  if (seconds < 60) return inUnit(Math.round(seconds), 'second', locale)
  if (seconds < 3600) return inUnit(Math.round(seconds / 60), 'minute', locale)
  return inUnit(seconds / 3600, 'hour', locale, 1)
}

/** "3 days": an amount of `day`, `week`, `month` and so on. */
export const spokenAmount = (amount: number, unit: string, locale: string): string => inUnit(amount, unit, locale)

/** "4.2 MB": decimal, as disks and downloads are sold. */
export function spokenBytes(bytes: number, locale: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const amount = bytes / 1000 ** step
  return inUnit(amount, units[step] ?? 'byte', locale, step > 0 && amount < 10 ? 1 : 0)
}
