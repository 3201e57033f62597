import { Unavailable } from '@rollcall/http-kit'
import { readTenantFault, toRollcallError } from './tenant-fault.ts'
import type { Fetch } from './tenant-fetch.ts'

const reachWithinMs = 3000

/** @returns a function that throws Unavailable when the tenant's keys cannot be had */
export function createReach({ origin, fetch }: { origin: string; fetch: Fetch }): () => Promise<void> {
  return async () => {
    let response: Response
    try {
      response = await fetch(`${origin}/.well-known/jwks.json`, { signal: AbortSignal.timeout(reachWithinMs) })
      await response.arrayBuffer() // read, so that the connection can be used again
    } catch (error) {
      throw toRollcallError(readTenantFault(error, 'call', Date.now()), origin)
    }
    if (!response.ok) {
      throw new Unavailable('tenant-unavailable', `The tenant at ${origin} answers ${response.status} for its keys.`)
    }
  }
}
