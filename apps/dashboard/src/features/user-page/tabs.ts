import type { PartCount, UserCounts } from '@rollcall/contracts/admin-api'

export const tabNames = [
  'overview',
  'metadata',
  'identities',
  'access',
  'organizations',
  'sessions',
  'security',
  'notes',
  'timeline',
  'raw',
] as const
export type TabName = (typeof tabNames)[number]

export const toTabName = (text: string | undefined): TabName | undefined => tabNames.find((name) => name === text)

/** What is counted for a tab. */
const counted: Partial<Record<TabName, (keyof UserCounts)[]>> = {
  identities: ['identities'],
  access: ['roles', 'permissions'],
  organizations: ['organizations'],
  sessions: ['sessions', 'refreshTokens'],
  security: ['factors', 'blocks'],
}

/** How much is behind a tab; undefined where nothing is counted, or not all of it could be. */
export function countOf(
  tab: TabName,
  counts: UserCounts,
): (Pick<PartCount, 'isExact'> & { count: number }) | undefined {
  const parts = counted[tab]?.map((name) => counts[name])
  if (!parts || parts.some(({ count }) => count === null)) return undefined
  return {
    count: parts.reduce((sum, { count }) => sum + (count ?? 0), 0),
    isExact: parts.every(({ isExact }) => isExact),
  }
}
