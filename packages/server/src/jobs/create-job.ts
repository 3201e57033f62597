import { randomUUID } from 'node:crypto'
import type { Job, NewJob } from '@rollcall/contracts/admin-api'
import { sql, transaction } from '@rollcall/database'
import { Conflict, InvalidInput, NotFound, parse } from '@rollcall/http-kit'
import { allow, type Actor } from '../access/actor.ts'
import { findAction } from '../actions/all-actions.ts'
import { checkReason } from '../actions/check-action.ts'
import type { Action } from '../actions/define-action.ts'
import { appendAudit } from '../audit/audit.store.ts'
import { told, type DoneBy } from '../audit/own-entry.ts'
import { checkValues, checkVisible, checkWritable } from '../custom-fields/refuse.ts'
import { readFilter } from '../features/users/read-filter.ts'
import { findView } from '../features/views/views.store.ts'
import type { KeptSelection, RunOrigin } from '../store/schema.ts'
import { storableJson } from '../store/storable.ts'
import { auditJob } from './audit-job.ts'
import type { JobDeps } from './deps.ts'
import { findUndoingJob, insertJob, mostUnfinishedOfOne } from './jobs.store.ts'
import { presentJob } from './present-job.ts'
import { findVisibleJob, tellJob } from './read-jobs.ts'

type From = DoneBy['from']

/**
 * Asks for a dry run: nothing is done to anybody before it is started.
 * @throws NotFound `no-such-action`, `view-not-found`; Conflict `not-for-many`, `too-many-jobs`; InvalidInput, NotAllowed as the action itself
 */
export async function createJob(deps: JobDeps, { actor, from, asked }: { actor: Actor; from: From; asked: NewJob }): Promise<Job> {
  const { action: name, reason, speed } = asked
  const action = actionForMany(name)
  const params = parse(action.params, asked.params, 'body.params')
  checkMayDo(actor, action, params)
  checkReason(action, reason, deps.reasonRequired)
  checkWritten(deps, actor, action.written?.(params) ?? {})
  const selection = await keep(deps, actor, asked.selection, action)
  return insert(deps, { actor, from, action, params: asked.params, selection, reason: reason ?? null, speed, undoOf: null })
} // prettier-ignore

/** @throws NotFound `no-such-action`; Conflict `not-for-many` */
export function actionForMany(name: string): Action {
  const action = findAction(name)
  if (!action) throw new NotFound('no-such-action', `There is no action ${name.slice(0, 100)}.`)
  if (!action.isForMany) throw new Conflict('not-for-many', `${name} is done to one user at a time.`)
  return action
}

/** As it is kept with what is done in their name. */
export const heldBy = ({ permissions, claimed }: Actor): string[] => [...new Set([...permissions, ...claimed])]

/** Whoever may do it to one, and to many. */
export function checkMayDo(actor: Actor, action: Action, params?: unknown): void {
  allow(allow(actor, 'manage:jobs'), action.permission)
  for (const further of (params === undefined ? undefined : action.alsoNeeds?.(params)) ?? []) allow(actor, further)
}

/** @throws NotAllowed `field-hidden` for what not everybody may see who is told of the job, `field-locked`; InvalidInput `field-invalid` */
export function checkWritten({ fields }: JobDeps, actor: Actor, written: Record<string, unknown>): void {
  const sight = fields.sightOf(actor)
  checkVisible(Object.keys(written), fields.everybody)
  checkWritable(Object.keys(written), sight)
  checkValues(written, sight)
}

async function keep(
  { store, fields }: JobDeps,
  actor: Actor,
  selection: NewJob['selection'],
  action: Action,
): Promise<KeptSelection> {
  const isOfBin = selection.kind === 'recycle-bin'
  if (selection.kind !== 'list' && isOfBin !== Boolean(action.isForAbsent)) {
    const whose = action.isForAbsent ? 'those in the recycle bin' : 'users'
    throw new InvalidInput('invalid-input', `body.selection: ${action.name} is for ${whose}.`)
  }
  switch (selection.kind) {
    case 'filter':
      readFilter(selection.filter, fields.everybody)
      return selection
    case 'view': {
      const view = await findView(store.db, selection.viewId)
      if (!view || (view.owner_id !== actor.userId && !view.is_shared))
        throw new NotFound('view-not-found', 'There is no such view; it may have been deleted.')
      readFilter(view.filter, fields.everybody)
      return { kind: 'filter', filter: view.filter, except: [], viewId: view.id }
    }
    default:
      return selection
  }
}

/**
 * Asks for a dry run of putting back what a job has changed.
 * @throws Conflict `cannot-be-undone`, `too-many-jobs`
 */
export async function undoJob(
  deps: JobDeps,
  { actor, from, jobId, reason }: { actor: Actor; from: From; jobId: string; reason: string | undefined },
): Promise<Job> {
  const { db } = deps.store
  const job = await findVisibleJob(deps, actor, jobId)
  const { rows } = await sql<{ action: string }>`
    SELECT r.undo->>'action' AS action FROM job_users u JOIN action_runs r USING (run_id)
    WHERE u.job_id = ${jobId} AND u.state = 'done' AND r.undo ? 'action' LIMIT 1`.execute(db)
  const action = findAction(rows[0]?.action ?? '')
  const undoneBy = (await findUndoingJob(db, jobId))?.job_id ?? null
  const { undo } = presentJob({ job, viewerId: actor.userId, names: new Map(), undoneBy, needsApproval: false, now: new Date() })
  if (!action || undo.why !== null) throw new Conflict('cannot-be-undone', undo.why ?? 'Nothing undoes it.')
  checkMayDo(actor, action)
  checkReason(action, reason, deps.reasonRequired)
  return insert(deps, { actor, from, action, params: {}, selection: { kind: 'undo' }, reason: reason ?? null, speed: job.speed, undoOf: jobId })
} // prettier-ignore

interface Wanted {
  actor: Actor
  from: From
  action: Action
  params: Record<string, unknown>
  selection: KeptSelection
  reason: string | null
  speed: number
  undoOf: string | null
}

async function insert(deps: JobDeps, wanted: Wanted): Promise<Job> {
  const { store, tenant } = deps
  const { actor, from, action, params, selection, reason, speed, undoOf } = wanted
  const origin: RunOrigin = { ...from, actorKind: actor.kind, tenant: tenant.origin }
  const job = await transaction(store.db, async (trx) => {
    const inserted = await insertJob(trx, {
      job_id: randomUUID(),
      tenant: tenant.origin,
      action: action.name,
      params: storableJson(params),
      selection: storableJson(selection),
      reason,
      speed,
      actor_id: actor.userId,
      permissions: heldBy(actor),
      origin: storableJson(origin),
      undo_of: undoOf,
    })
    if (!inserted) throw new Conflict('too-many-jobs', `Nobody has more than ${mostUnfinishedOfOne} jobs that are not over: cancel some first.`)
    await appendAudit(trx, auditJob(inserted, 'job.create', { changes: told({ action: action.name, ...(undoOf && { undo_of: undoOf }), selection: describe(selection) }) }))
    return inserted
  })
  return tellJob(deps, actor, job)
} // prettier-ignore

/** As the audit log has it: a list of addresses is told by its length. */
const describe = (selection: KeptSelection): unknown =>
  selection.kind === 'list' ? { kind: 'list', entries: selection.entries.length } : selection
