import type { ActionOutcome, ActionRun } from '@rollcall/contracts/admin-api'
import { Conflict, NotFound } from '@rollcall/http-kit'
import { allow, type Actor } from '../access/actor.ts'
import { findAction } from './all-actions.ts'
import type { ActionDeps } from './deps.ts'
import { presentRun, undoableUntil, whyNoUndo } from './present-run.ts'
import { runAction, type ActionCall } from './run-action.ts'
import { findRun, findUndoing, type RunRow } from './runs.store.ts'

/** A run, for whoever asked for it or may read the audit log. @throws NotFound `run-not-found` */
export async function getRun(deps: ActionDeps, actor: Actor, runId: string): Promise<ActionRun> {
  const run = await findVisibleRun(deps, actor, runId)
  return presentRun(run, await findUndoing(deps.store.db, runId), deps.fields.sightOf(actor))
}

async function findVisibleRun({ store, tenant }: ActionDeps, actor: Actor, runId: string): Promise<RunRow> {
  const run = await findRun(store.db, runId)
  const isTheirs = run?.actor_id === actor.userId || actor.permissions.has('read:audit')
  if (!run || !isTheirs || run.origin.tenant !== tenant.origin)
    throw new NotFound('run-not-found', 'There is no such run.')
  return run
}

/**
 * Puts back what a run has changed, by the action that is its opposite. Whoever may do that one may undo.
 * @throws Conflict `cannot-be-undone`; `changed-since` where that would overwrite what somebody has done since
 */
export async function undoRun(
  deps: ActionDeps,
  { runId, ...call }: Pick<ActionCall, 'actor' | 'reason' | 'idempotencyKey' | 'from' | 'isApproved'> & { runId: string },
): Promise<ActionOutcome> {
  const run = await findRun(deps.store.db, runId)
  if (!run || run.origin.tenant !== deps.tenant.origin) throw new NotFound('run-not-found', 'There is no such run.')
  const action = 'why' in run.undo ? undefined : findAction(run.undo.action)
  if (action) allow(call.actor, action.permission)
  const undoing = await findUndoing(deps.store.db, runId)
  // A repetition of the request that undid it gets that one's outcome.
  const isRepetition = undoing && undoing.actor_id === call.actor.userId && undoing.idempotency_key === call.idempotencyKey
  const why = whyNoUndo(run, undoing !== undefined && !isRepetition, undoableUntil(run))
  if (!action || 'why' in run.undo || why !== null) throw new Conflict('cannot-be-undone', why ?? 'Nothing undoes it.')
  const { user_id: userId, changes, undo } = run
  return runAction(deps, { ...call, action, userId, params: undo.params, undoes: { runId, changes } })
} // prettier-ignore
