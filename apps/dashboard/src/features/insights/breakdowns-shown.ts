import type { BreakdownQuery } from '@rollcall/contracts/admin-api'

/** Sign-ups per day have a chart of their own. */
export const breakdownsShown = [
  'connection',
  'last_seen',
  'role',
  'organization',
  'email_verified',
  'mfa',
  'blocked',
  'duplicates',
] as const satisfies BreakdownQuery['by'][]
export type BreakdownShown = (typeof breakdownsShown)[number]

/** Where one user can be in several groups, or in none; of these a share of the whole says nothing. */
export const isOverlapping = (by: BreakdownShown): boolean => ['role', 'organization', 'duplicates'].includes(by)
