import { sql } from '@rollcall/database'
import type { StoreQueries } from '../store/open-store.ts'

/** The channel by which the servers on one database tell each other of jobs. */
export const channel = 'rollcall jobs'

/** Told to all servers, this one included, when the transaction is committed: something about this job is otherwise. */
export async function tellOfJob(trx: StoreQueries, jobId: string): Promise<void> {
  await sql`SELECT pg_notify(${channel}, ${jobId})`.execute(trx)
}
