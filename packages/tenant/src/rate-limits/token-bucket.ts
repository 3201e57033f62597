import type { Limit } from './plans.ts'

export interface Taken {
  isAllowed: boolean
  limit: number
  remaining: number
  /** Epoch seconds at which the bucket is full again. */
  reset: number
}

/** Buckets by name; one that is full again is forgotten. */
export function tokenBuckets(now: () => number) {
  const buckets = new Map<string, { tokens: number; at: number; limit: Limit }>()
  let sweptAt = now()
  const sweep = (at: number) => {
    if (at - sweptAt < 60_000) return
    sweptAt = at
    for (const [name, { tokens, at: since, limit }] of buckets) {
      if (tokens + ((at - since) / 1000) * limit.perSecond >= limit.burst) buckets.delete(name)
    }
  }
  return {
    /** Takes one, if there is one. @param at is epoch milliseconds */
    take(name: string, limit: Limit): Taken {
      const at = now()
      sweep(at)
      const before = buckets.get(name) ?? { tokens: limit.burst, at, limit }
      const tokens = Math.min(limit.burst, before.tokens + ((at - before.at) / 1000) * limit.perSecond)
      const isAllowed = tokens >= 1
      const left = isAllowed ? tokens - 1 : tokens
      buckets.set(name, { tokens: left, at, limit })
      const fullAt = at + ((limit.burst - left) / limit.perSecond) * 1000
      return { isAllowed, limit: limit.burst, remaining: Math.floor(left), reset: Math.ceil(fullAt / 1000) }
    },
  }
}
