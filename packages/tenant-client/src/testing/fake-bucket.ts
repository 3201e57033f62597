/** A token bucket as a tenant keeps it, and what it tells of it. */
export interface FakeBucket {
  take(): Response
  /** How many it refused. */
  refusals: number
  limit: number
}

/** @param wanted.status of what is not refused */
export function fakeBucket(wanted: { limit: number; perSecond: number }): FakeBucket {
  let tokens = wanted.limit
  let atMs = Date.now()
  return {
    limit: wanted.limit,
    refusals: 0,
    take() {
      const { limit } = this
      tokens = Math.min(limit, tokens + ((Date.now() - atMs) / 1000) * wanted.perSecond)
      atMs = Date.now()
      const isAllowed = tokens >= 1
      if (isAllowed) tokens -= 1
      else this.refusals += 1
      const fullAtMs = atMs + ((limit - tokens) / wanted.perSecond) * 1000
      const headers = {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(Math.floor(tokens)),
        'x-ratelimit-reset': String(Math.ceil(fullAtMs / 1000)),
      }
      return new Response(null, { status: isAllowed ? 200 : 429, headers })
    },
  }
}
