import type { Fetch } from './tenant-fetch.ts'

/** What the tenant last said of one of its limits. */
export interface RateLimit {
  limit: number
  remaining: number
  /** Epoch milliseconds at which all of it is there again. */
  fullAtMs: number
}

export interface RateLimits {
  fetch: Fetch
  /** @param noun the first word of a Management API path: `users`, `logs`, … Undefined where the tenant names no limit */
  of(noun: string): RateLimit | undefined
}

/** Listens to the `x-ratelimit-…` headers of all that is answered, so that work in the background can leave something for people. */
export function watchRateLimits(fetch: Fetch): RateLimits {
  const known = new Map<string, RateLimit>()
  return {
    fetch: async (input, init) => {
      const response = await fetch(input, init)
      const noun = /\/api\/v2\/([a-z-]+)/.exec(String(input instanceof Request ? input.url : input))?.[1]
      const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
      const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) =>
        Number(response.headers.get(`x-ratelimit-${name}`) ?? Number.NaN),
      ) as [number, number, number]
      if (noun !== undefined && method === 'GET' && limit > 0 && remaining >= 0)
        known.set(noun, { limit, remaining, fullAtMs: reset * 1000 })
      return response
    },
    of: (noun) => known.get(noun),
  }
}
