import { sql } from '@rollcall/database'
import type { StoreQueries } from '../store/open-store.ts'

/** The channel by which the servers on one database tell each other of imports. */
export const channel = 'rollcall imports'

/** Told to all servers, this one included, when the transaction is committed: there is something to do. */
export async function tellOfImport(trx: StoreQueries, importId: string): Promise<void> {
  await sql`SELECT pg_notify(${channel}, ${importId})`.execute(trx)
}
