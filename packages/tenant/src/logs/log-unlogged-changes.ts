import { sql, transaction } from '@rollcall/database'
import type { Transaction } from '@rollcall/database'
import type { TenantSchema } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import { takeLogIds } from './log-ids.ts'

const intervalMs = 2000
/** A change's own entry follows it within some milliseconds. */
const patienceMs = 3000
const largestBatch = 5000

/**
 * Sees to it that whoever follows the log learns of every change of a user: one that has no entry after a while gets one that names the user.
 * Such are those of a process that died between the change and its entry, and those that come with something else: the members of a role, an
 * organization or a connection that was deleted, an account that was linked. @returns how to stop it
 */
export function startLoggingChanges(context: TenantContext): () => Promise<void> {
  let working = Promise.resolve()
  const work = () => {
    working = working
      .then(() => logUnloggedChanges(context, patienceMs))
      .catch((error: unknown) => context.logger.error({ err: error }, 'changes could not be logged; it is tried again'))
  }
  const timer = setInterval(work, intervalMs)
  timer.unref()
  work()
  return async () => {
    clearInterval(timer)
    await working
  }
}

/** @param olderThanMs changes since then may have their entry on its way */
export async function logUnloggedChanges(
  { db, now }: Pick<TenantContext, 'db' | 'now'>,
  olderThanMs: number,
): Promise<void> {
  const due = sql`changed_at <= clock_timestamp() - ${olderThanMs} * interval '1 millisecond'`
  const { rows } = await sql`SELECT 1 FROM unlogged_changes WHERE ${due} LIMIT 1`.execute(db)
  let isMore = rows.length > 0
  while (isMore) {
    isMore = await transaction(db, async (trx) => {
      const id = await takeLogIds(trx)
      const { numAffectedRows } = await sql`
        WITH taken AS (
          DELETE FROM unlogged_changes WHERE user_id IN (
            SELECT DISTINCT user_id FROM (SELECT user_id FROM unlogged_changes WHERE ${due} ORDER BY user_id LIMIT ${largestBatch}) AS due
          ) RETURNING user_id
        ), changed AS (
          SELECT DISTINCT taken.user_id, users.user_id IS NOT NULL AS is_there FROM taken LEFT JOIN users USING (user_id)
        )
        INSERT INTO logs (log_id, date, type, user_id, body)
        SELECT ${id}, ${now()}, CASE WHEN is_there THEN 'wum' ELSE 'sdu' END, user_id,
          jsonb_build_object('description', CASE WHEN is_there THEN 'The user was changed' ELSE 'The user is no more' END)
        FROM changed`.execute(trx)
      return (numAffectedRows ?? 0n) > 0n
    })
  }
}

/** For what changes so many at once that nobody is named: whoever keeps a copy of the users is to read them all again. */
export async function logChangeOfEveryone(
  trx: Transaction<TenantSchema>,
  { reason, at }: { reason: string; at: Date },
): Promise<void> {
  const id = await takeLogIds(trx)
  await sql`INSERT INTO logs (log_id, date, type, body)
    VALUES (${id}, ${at}, 'wum', ${JSON.stringify({ description: 'All users may have changed', details: { reason } })}::jsonb)`.execute(
    trx,
  )
}

/** Within this transaction no user is noted as changed: `logChangeOfEveryone` is to follow. */
export async function changeEveryone(trx: Transaction<TenantSchema>): Promise<void> {
  await sql`SELECT set_config('rollcall.bulk', 'on', true)`.execute(trx)
}
