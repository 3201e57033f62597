import { setTimeout as sleep } from 'node:timers/promises'
import { sql, type Selectable } from '@rollcall/database'
import { Conflict, NotFound, RollcallError } from '@rollcall/http-kit'
import type { Actor } from '../access/actor.ts'
import type { ActionDeps } from '../actions/deps.ts'
import { runAction, type ActionCall } from '../actions/run-action.ts'
import { cancelDeletion } from '../actions/user/cancel-deletion.ts'
import { deleteUser } from '../actions/user/delete-user.ts'
import { purgeUser } from '../actions/user/purge-user.ts'
import { describeDeletion } from '../actions/fields.ts'
import type { RollcallSchema } from '../store/schema.ts'
import { storableJson } from '../store/storable.ts'

type Due = Selectable<RollcallSchema['scheduled_deletions']> & { actor_id: string; reason: string | null }

/** In whose name it is done what was decided before. */
const rollcall: Actor = {
  userId: 'rollcall',
  kind: 'program',
  permissions: new Set(['delete:users', 'purge:users']),
  claimed: new Set(),
}
/** What could not be done is tried again after this. */
const retryMs = 10 * 60_000

/**
 * Deletes those whose day has come, and destroys what was kept for long enough, until the signal is aborted. Each is an action like any other, so
 * two servers that overlap, or one that dies, do none of it twice.
 */
export async function keepRecycleBin(
  deps: ActionDeps,
  { checkIntervalMs, signal }: { checkIntervalMs: number; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    await sweep(deps)
    for (let due = await nextDue(deps); due && !signal.aborted; due = await nextDue(deps)) await carryOut(deps, due)
    await purgeOld(deps, signal)
    await sleep(checkIntervalMs, undefined, { signal }).catch(() => undefined)
  }
}

async function nextDue({ store, tenant }: ActionDeps): Promise<Due | undefined> {
  return store.db
    .selectFrom('scheduled_deletions as d')
    .innerJoin('action_runs as r', 'r.run_id', 'd.run_id')
    .selectAll('d')
    .select(['r.actor_id', 'r.reason'])
    .where('d.tenant', '=', tenant.origin)
    .where('d.due_at', '<=', sql<Date>`now()`)
    .where('d.not_before', '<=', sql<Date>`now()`)
    .orderBy('d.due_at')
    .limit(1)
    .executeTakeFirst()
}

const asRollcall = (userId: string, reason: string): Omit<ActionCall, 'action'> => ({
  actor: rollcall,
  userId,
  params: {},
  isApproved: true, // or it would not have been scheduled
  reason: [...reason].slice(0, 500).join(''),
  from: { ip: null, userAgent: null, requestId: null },
})

async function carryOut(deps: ActionDeps, due: Due): Promise<void> {
  const { user_id: userId, due_at: dueAt, scheduled_at: scheduledAt } = due
  const why = due.reason === null ? '' : `: ${due.reason}`
  const reason = `Scheduled by ${due.actor_id} on ${scheduledAt.toISOString().slice(0, 10)}${why}`
  // As they were left, or not at all: somebody may have cancelled it or unblocked them a moment ago.
  const basedOn = { updatedAt: scheduledAt.toISOString(), fields: { blocked: true, deletion: describeDeletion(dueAt) } }
  try {
    await runAction(deps, { ...asRollcall(userId, reason), action: deleteUser, basedOn })
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error
    if (error instanceof NotFound && error.code === 'user-not-found') await withdraw(deps, due, 'gone')
    else if (isUnblocked(error)) await withdraw(deps, due, 'unblocked')
    else await postpone(deps, due, error)
  }
}

const isUnblocked = (error: RollcallError) =>
  error instanceof Conflict &&
  error.code === 'user-changed' &&
  error.differences.some(({ field }) => field === 'blocked')

/** Nothing is left to be deleted, or somebody has let them in again past Rollcall: that is theirs to decide, and is told. */
async function withdraw(deps: ActionDeps, due: Due, because: 'gone' | 'unblocked'): Promise<void> {
  const { user_id: userId, run_id: runId } = due
  const { store, bin, logger } = deps
  // Whoever deleted them by Rollcall, another server among them, has recorded it.
  if (because === 'gone' && (await isDeletedHere(deps, due))) return bin.changes.cancel(userId)
  const reason =
    because === 'gone'
      ? 'Somebody deleted them in the tenant before their day came.'
      : 'Somebody unblocked them in the tenant before their day came, so they are not deleted.'
  try {
    await runAction(deps, { ...asRollcall(userId, reason), action: cancelDeletion })
    logger.warn({ userId, runId, because }, 'a scheduled deletion is withdrawn')
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error
    if ((await store.db.selectFrom('scheduled_deletions').select('run_id').where('run_id', '=', runId).execute()).length > 0)
      await postpone(deps, due, error)
  }
} // prettier-ignore

async function isDeletedHere({ store }: ActionDeps, { user_id: userId, run_id: runId }: Due): Promise<boolean> {
  const found = await store.db
    .selectFrom('action_runs')
    .select('run_id')
    .where('user_id', '=', userId)
    .where('action', '=', deleteUser.name)
    .where('phase', '=', 'done')
    .where('seq', '>', (runs) => runs.selectFrom('action_runs').select('seq').where('run_id', '=', runId))
    .limit(1)
    .execute()
  return found.length > 0
}

async function postpone({ store, logger }: ActionDeps, due: Due, error: RollcallError): Promise<void> {
  const { code, message } = error
  logger.warn({ userId: due.user_id, code }, 'a scheduled deletion cannot be carried out yet')
  await store.db
    .updateTable('scheduled_deletions')
    .set({
      problem: storableJson({ code, message, at: new Date().toISOString() }),
      not_before: sql<Date>`now() + ${retryMs} * interval '1 millisecond'`,
    })
    .where('run_id', '=', due.run_id)
    .execute()
}

async function purgeOld(deps: ActionDeps, signal: AbortSignal): Promise<void> {
  const { store, tenant, bin, logger } = deps
  const { rows } = await sql<{ user_id: string }>`
    SELECT user_id FROM deleted_users WHERE tenant = ${tenant.origin} AND linked_to IS NULL GROUP BY user_id HAVING max(purge_at) <= now() LIMIT 1000`.execute(
    store.db,
  )
  for (const { user_id: userId } of rows) {
    if (signal.aborted) return
    try {
      const reason = `Kept for ${bin.keptForDays} days, as is set.`
      await runAction(deps, { ...asRollcall(userId, reason), action: purgeUser })
    } catch (error) {
      if (!(error instanceof RollcallError)) throw error
      logger.warn({ userId, code: error.code }, 'what was kept of a deleted user is not destroyed yet')
    }
  }
}

/** What was kept for something that came to nothing, and of linked accounts what was kept for long enough. */
async function sweep({ store }: ActionDeps): Promise<void> {
  await sql`DELETE FROM deleted_users WHERE linked_to IS NOT NULL AND purge_at <= now()`.execute(store.db)
  await sql`DELETE FROM deleted_users d USING action_runs r WHERE r.run_id = d.run_id AND r.phase IN ('failed', 'not-begun')`.execute(
    store.db,
  )
}
