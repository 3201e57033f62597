/** What the tenant said of one of its limits. */
export interface RateLimit {
  limit: number
  /** Whole requests, after the one that is answered. */
  remaining: number
  /** Epoch milliseconds at which all of it is there again; absent where that is not told, or not to be believed. */
  fullAtMs: number | undefined
}

/** @returns undefined where the tenant names no limit, or one that cannot be */
export function readRateLimit(headers: Headers): RateLimit | undefined {
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) => {
    const value = headers.get(`x-ratelimit-${name}`)
    return value === null || value.trim() === '' ? Number.NaN : Number(value)
  }) as [number, number, number]
  if (!(limit >= 1 && limit < Infinity && remaining >= 0 && remaining <= limit)) return undefined
  return { limit, remaining, fullAtMs: reset > 0 && reset < Infinity ? reset * 1000 : undefined }
}
