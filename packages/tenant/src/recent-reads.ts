import type { Kysely } from '@rollcall/database'
import { findGrantedApi } from './client-grants/client-grants.store.ts'
import type { GrantedApi } from './client-grants/client-grants.store.ts'
import { findClient } from './clients/clients.store.ts'
import type { Client } from './clients/clients.store.ts'
import { sha256 } from './hashing.ts'
import type { TenantSchema } from './schema.ts'
import { unseal } from './sealing.ts'

/** What one token request after the other asks: read once a second, not once a request. Nothing about people is kept. */
export interface RecentReads {
  client(clientId: string): Promise<RecentClient | undefined>
  grantedApi(clientId: string, identifier: string): Promise<GrantedApi | undefined>
  /** After a change to a client, an API or a grant: in this process it counts at once. */
  forget(): void
}

/** @property secretHash SHA-256 of its secret, unsealed once for all who ask; undefined where it has none */
export type RecentClient = Client & { secretHash: Buffer | undefined }

/** How long another process's change may go unnoticed. A token it would have prevented lives for a day. */
const freshnessMs = 1000
/** More than a tenant has busy clients; beyond it everything is read anew. */
const mostKept = 1000

export function openRecentReads(db: Kysely<TenantSchema>, secret: Buffer): RecentReads {
  const clients = new Recent<RecentClient>(() => true)
  // Who has no grant yet may be given one at any moment, and asks again.
  const apis = new Recent<GrantedApi>(({ grant }) => grant !== undefined)
  return {
    client: (clientId) => clients.get(clientId, () => readClient(db, secret, clientId)),
    grantedApi: (clientId, identifier) =>
      apis.get(JSON.stringify([clientId, identifier]), () => findGrantedApi(db, clientId, identifier)),
    forget: () => {
      clients.forget()
      apis.forget()
    },
  }
}

async function readClient(
  db: Kysely<TenantSchema>,
  secret: Buffer,
  clientId: string,
): Promise<RecentClient | undefined> {
  const client = await findClient(db, clientId)
  const sealed = client?.secretSealed
  return client && { ...client, secretHash: sealed ? sha256(unseal(secret, sealed, `client secret ${clientId}`)) : undefined } // prettier-ignore
}

class Recent<Value> {
  readonly #kept = new Map<string, { value: Promise<Value | undefined>; readAt: number }>()
  readonly #isWorthKeeping: (value: Value) => boolean

  constructor(isWorthKeeping: (value: Value) => boolean) {
    this.#isWorthKeeping = isWorthKeeping
  }

  /** What is there, or what `read` brings; of many who ask at once, one reads. What was not found is not kept. */
  get(key: string, read: () => Promise<Value | undefined>): Promise<Value | undefined> {
    const readAt = performance.now()
    const known = this.#kept.get(key)
    if (known && readAt - known.readAt < freshnessMs) return known.value
    if (this.#kept.size >= mostKept) this.#kept.clear()
    const drop = () => {
      if (this.#kept.get(key)?.value === value) this.#kept.delete(key)
    }
    const value = read()
    this.#kept.set(key, { value, readAt })
    value.then((found) => (found === undefined || !this.#isWorthKeeping(found)) && drop(), drop)
    return value
  }

  /** A read that is under way still answers those who asked before, and nobody after. */
  forget(): void {
    this.#kept.clear()
  }
}
