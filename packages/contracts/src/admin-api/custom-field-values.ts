import type { CustomField } from './custom-fields.ts'

/** Whether a field can hold the value; null and undefined say that there is nothing. */
export function fitsCustomField({ type, options }: Pick<CustomField, 'type' | 'options'>, value: unknown): boolean {
  if (value === null || value === undefined) return true
  switch (type) {
    case 'text':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number'
    case 'boolean':
      return typeof value === 'boolean'
    case 'date':
      return typeof value === 'string' && isDay(value)
    case 'one-of':
      return options.some((option) => option.value === value)
  }
}

/** A day of the calendar as ISO 8601 has it: the 30th of February is none. */
export function isDay(text: string): boolean {
  const moment = new Date(`${text}T00:00:00Z`)
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text)
}

/** The key of the first level that holds what a path leads to, `app_metadata.billing`: metadata is merged and told of by these. */
export function firstLevelOf(path: string): string {
  return path.split('.', 2).join('.')
}

/**
 * What metadata holds at a path.
 * @param metadata by the names that paths begin with
 * @returns undefined where there is nothing
 */
export function valueAtPath(metadata: Record<'app_metadata' | 'user_metadata', unknown>, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    const isInside = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, key)
    return isInside ? (value as Record<string, unknown>)[key] : undefined
  }, metadata)
}
