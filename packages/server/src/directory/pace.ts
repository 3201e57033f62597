import { setTimeout as sleep } from 'node:timers/promises'
import type { TenantClient } from '@rollcall/tenant-client'

/** Of each of the tenant's limits, what is left for people and other programs. */
const shareOfOthers = 0.5
const longestWaitMs = 2000

/** Waits while less is left of the tenant's limit than others should find. To be called before each question in the background. */
export async function pace(
  tenant: Pick<TenantClient, 'rateLimitOf'>,
  noun: Parameters<TenantClient['rateLimitOf']>[0],
  signal: AbortSignal,
): Promise<void> {
  const known = tenant.rateLimitOf(noun)
  if (known === undefined || known.remaining > known.limit * shareOfOthers) return
  const waitMs = Math.min((known.fullAtMs ?? 0) - Date.now(), longestWaitMs)
  if (waitMs > 0) await sleep(waitMs, undefined, { signal })
}
