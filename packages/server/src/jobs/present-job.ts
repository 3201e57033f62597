import type { Job, JobUser } from '@rollcall/contracts/admin-api'
import type { Action } from '../actions/define-action.ts'
import { findAction } from '../actions/all-actions.ts'
import type { JobApproval } from '../store/schema.ts'
import type { JobUserRow } from './job-users.store.ts'
import type { JobRow } from './jobs.store.ts'

/** The action of a job that was made by an earlier version may be gone. */
export function actionOfJob({ action: name }: Pick<JobRow, 'action'>): Action {
  const action = findAction(name)
  if (action) return action
  throw new TypeError(`There is no action ${name}.`)
}

export interface PresentJob {
  job: JobRow
  viewerId: string
  /** By the id of whoever did something, as far as they are known. */
  names: ReadonlyMap<string, string>
  /** The job that undoes it. */
  undoneBy: string | null
  needsApproval: boolean
  now: Date
}

export function presentJob({ job, viewerId, names, undoneBy, needsApproval, now }: PresentJob): Job {
  const { selection, approval } = job
  const counts = countsOf(job)
  const { waiting } = counts
  const { usersPerSecond, secondsLeft } = paceOf(job, waiting, now)
  const why = whyNoUndo(job, undoneBy)
  return {
    jobId: job.job_id,
    action: job.action,
    params: job.params,
    selection: {
      kind: selection.kind === 'filter' && selection.viewId !== undefined ? 'view' : selection.kind,
      filter: selection.kind === 'filter' ? selection.filter : null,
      entries: selection.kind === 'list' ? selection.entries.length : null,
      unmatched: job.unmatched.length,
    },
    reason: job.reason,
    phase: job.phase,
    speed: job.speed,
    counts,
    plan: job.plan,
    planned: job.looked_at,
    problem: job.problem,
    usersPerSecond,
    secondsLeft,
    actorId: job.actor_id,
    actorName: names.get(job.actor_id) ?? null,
    isMine: job.actor_id === viewerId,
    createdAt: job.created_at.toISOString(),
    startedAt: job.started_at?.toISOString() ?? null,
    endedAt: job.ended_at?.toISOString() ?? null,
    approval: presentApproval(approval, needsApproval, names),
    undo: { isPossible: why === null, why },
    undoOf: job.undo_of,
    undoneBy,
    scheduleId: job.schedule_id,
  }
}

/** How many of a job's users are where. */
export const countsOf = ({ users, done, failed, excluded }: JobRow): Job['counts'] => ({
  users,
  waiting: users - done - failed - excluded,
  done,
  failed,
  excluded,
})

function presentApproval(
  approval: JobApproval | null,
  isNeeded: boolean,
  names: ReadonlyMap<string, string>,
): Job['approval'] {
  if (!approval) return { isNeeded, until: null, byId: null, byName: null, at: null, isGiven: null, comment: null }
  const { until, byId, at, isGiven, comment } = approval
  return { isNeeded: true, until, byId, byName: byId === null ? null : (names.get(byId) ?? null), at, isGiven, comment }
}

/** Since it last began. */
function paceOf(job: JobRow, waiting: number, now: Date): Pick<Job, 'usersPerSecond' | 'secondsLeft'> {
  const ended = job.done + job.failed + job.excluded - job.ended_before
  const seconds = ((job.ended_at ?? now).getTime() - (job.resumed_at?.getTime() ?? now.getTime())) / 1000
  if (job.phase !== 'running' || ended <= 0 || seconds <= 0) return { usersPerSecond: null, secondsLeft: null }
  const usersPerSecond = ended / seconds
  return { usersPerSecond: Math.round(usersPerSecond * 100) / 100, secondsLeft: Math.ceil(waiting / usersPerSecond) }
}

function whyNoUndo({ phase, done, plan, users, excluded, undo_of: undoOf }: JobRow, undoneBy: string | null): string | null {
  if (undoOf) return 'It undid another job: do that one again instead.'
  if (undoneBy) return 'It has been undone, or is about to be.'
  if (done === 0) return 'It has changed nobody.'
  if (phase !== 'done' && phase !== 'cancelled') return 'It is not over: cancel it first.'
  const [never] = plan?.cannotBeUndone ?? []
  return never && never.users >= users - excluded ? never.why : null
} // prettier-ignore

export function presentJobUser(row: JobUserRow): JobUser {
  return {
    place: row.place,
    userId: row.user_id,
    name: row.name,
    email: row.email,
    state: row.state,
    problem: row.code === null ? null : { code: row.code, message: row.message ?? '' },
    attempts: row.attempt + 1,
    runId: row.run_id,
    endedAt: row.ended_at?.toISOString() ?? null,
  }
}
