import { sql } from '@rollcall/database'
import type { RawBuilder, Transaction } from '@rollcall/database'
import type { TenantSchema } from '../schema.ts'

/**
 * Ids are handed out under a lock that is held until the commit, and none is lower than one before it, even if the clock was set back: they become
 * visible in their order, and whoever reads on from the last id they saw misses none. To be called late in a transaction: others wait for it.
 * @returns an expression that is another id in each row
 */
export async function takeLogIds(trx: Transaction<TenantSchema>): Promise<RawBuilder<string>> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('rollcall logs'))`.execute(trx)
  // A statement of its own, so that it sees what was stored before the lock was had.
  const { rows } = await sql<{ second: string }>`
    SELECT greatest(to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS'), substr(max(log_id), 4, 14)) AS second FROM logs`.execute(
    trx,
  )
  return sql<string>`('900' || ${rows[0]?.second ?? ''} || lpad(nextval('log_sequence')::text, 39, '0'))`
}
