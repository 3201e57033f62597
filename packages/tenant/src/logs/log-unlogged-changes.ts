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
 * Sees to it that whoever follows the log learns of every change of a user, a role or an organization: one that has no entry after a while gets
 * one that names them. Such are those of a process that died between the change and its entry, and those that come with something else: the members of a role, an
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
          DELETE FROM unlogged_changes WHERE id IN (
            SELECT DISTINCT id FROM (SELECT id FROM unlogged_changes WHERE ${due} ORDER BY id LIMIT ${largestBatch}) AS due
          ) RETURNING id, what
        ), changed_users AS (
          SELECT DISTINCT taken.id, users.user_id IS NOT NULL AS is_there FROM taken LEFT JOIN users ON user_id = taken.id
          WHERE what NOT IN ('role', 'organization')
        ), changed_groups AS (
          SELECT DISTINCT taken.id, what || 's' AS noun, EXISTS (
            SELECT FROM roles WHERE id = taken.id UNION ALL SELECT FROM organizations WHERE id = taken.id
          ) AS is_there FROM taken WHERE what IN ('role', 'organization')
        )
        INSERT INTO logs (log_id, date, type, user_id, body)
        SELECT ${id}, ${now()}::timestamptz, CASE WHEN is_there THEN 'wum' ELSE 'sdu' END, id,
          jsonb_build_object('description', CASE WHEN is_there THEN 'The user was changed' ELSE 'The user is no more' END)
        FROM changed_users
        UNION ALL
        SELECT ${id}, ${now()}::timestamptz, 'sapi', NULL, jsonb_build_object(
          'description', CASE WHEN is_there THEN 'Updated, by whom is not known' ELSE 'Deleted, by whom is not known' END,
          'details', jsonb_build_object('response', '{}'::jsonb, 'request', jsonb_build_object(
            'method', CASE WHEN is_there THEN 'patch' ELSE 'delete' END, 'path', '/api/v2/' || noun || '/' || id)))
        FROM changed_groups`.execute(trx)
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

/** Within this transaction nothing is noted as changed: `logChangeOfEveryone` is to follow. */
export async function changeEveryone(trx: Transaction<TenantSchema>): Promise<void> {
  await sql`SELECT set_config('rollcall.bulk', 'on', true)`.execute(trx)
}
