import type { Sight } from '../../custom-fields/custom-fields.ts'
import { hiddenKeys } from '../../custom-fields/hide.ts'

/** What the tenant answers for a user, without the fields that are not for whoever asks. */
export function recordFor(record: Record<string, unknown>, sight: Sight): Record<string, unknown> {
  const seen = Object.entries(record).map(([name, value]) => {
    const hidden = hiddenKeys(sight, name)
    if (hidden.length === 0 || typeof value !== 'object' || value === null) return [name, value] as const
    return [name, Object.fromEntries(Object.entries(value).filter(([key]) => !hidden.includes(key)))] as const
  })
  return Object.fromEntries(seen)
}
