import { readRateLimit, type RateLimit } from './pacing/read-rate-limit.ts'
import type { Fetch } from './tenant-fetch.ts'

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
      const told = readRateLimit(response.headers)
      if (noun !== undefined && method === 'GET' && told) known.set(noun, told)
      return response
    },
    of: (noun) => known.get(noun),
  }
}
