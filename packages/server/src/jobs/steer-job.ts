import type { Job, JobPhase } from '@rollcall/contracts/admin-api'
import { sql, transaction } from '@rollcall/database'
import { Conflict, NotAllowed } from '@rollcall/http-kit'
import { allow, type Actor } from '../access/actor.ts'
import { appendAudit } from '../audit/audit.store.ts'
import { doneBy, told, type DoneBy } from '../audit/own-entry.ts'
import type { StoreQueries } from '../store/open-store.ts'
import type { JobApproval } from '../store/schema.ts'
import { storableJson } from '../store/storable.ts'
import { auditJob } from './audit-job.ts'
import type { JobDeps } from './deps.ts'
import { waitAgain } from './job-users.store.ts'
import { beginning, changeJob, endIfOver, type JobChange, type JobRow } from './jobs.store.ts'
import { needsApproval } from './needs-approval.ts'
import { actionOfJob } from './present-job.ts'
import { findVisibleJob, tellJob } from './read-jobs.ts'

export interface SteerJob {
  actor: Actor
  from: DoneBy['from']
  jobId: string
}

/** So long a request waits for a second person. */
const approvalWithinMs = 7 * 86_400_000

const waitingOf = ({ users, done, failed, excluded }: JobRow) => users - done - failed - excluded

/** @param users as whoever starts it believes. @throws Conflict `count-differs` */
function checkCount(job: JobRow, users: number): void {
  const waiting = waitingOf(job)
  if (waiting !== users) throw new Conflict('count-differs', `It would be done to ${waiting} users, not to ${users}: look at it again.`)
  if (waiting === 0) throw new Conflict('nobody-waits', 'There is nobody to whom it could be done.')
} // prettier-ignore

/**
 * Starts what has been planned; where policy wants a second person, asks for them.
 * @throws Conflict `count-differs`, `nobody-waits`, `job-phase`; NotAllowed `job-of-another`
 */
export function startJob(deps: JobDeps, steer: SteerJob, users: number): Promise<Job> {
  return change(deps, steer, {
    action: 'job.start',
    from: ['planned'],
    isOwn: true,
    to: (job) => {
      checkCount(job, users)
      if (!needsApproval(deps, job)) return { ...beginning(job), started_at: sql<Date>`now()` }
      const approval: JobApproval = { until: new Date(Date.now() + approvalWithinMs).toISOString(), byId: null, at: null, isGiven: null, comment: null }
      return { phase: 'waiting-for-approval', approval: storableJson(approval) }
    },
    tells: { users },
  })
} // prettier-ignore

/** Whoever is under way is finished. */
export function pauseJob(deps: JobDeps, steer: SteerJob): Promise<Job> {
  return change(deps, steer, { action: 'job.pause', from: ['running'], to: () => ({ phase: 'paused', problem: null }) })
}

export function resumeJob(deps: JobDeps, steer: SteerJob): Promise<Job> {
  return change(deps, steer, {
    action: 'job.resume',
    from: ['paused'],
    isOwn: true,
    to: beginning,
    then: (trx, job) => endIfOver(trx, job.job_id),
  })
}

/** What is done stays done. */
export function cancelJob(deps: JobDeps, steer: SteerJob): Promise<Job> {
  return change(deps, steer, {
    action: 'job.cancel',
    from: ['planning', 'planned', 'waiting-for-approval', 'running', 'paused'],
    to: () => ({ phase: 'cancelled', ended_at: sql<Date>`now()`, problem: null }),
  })
}

/** Tries those again who failed, whatever was approved: they are a part of it. @throws Conflict `nobody-waits` */
export function retryJob(deps: JobDeps, steer: SteerJob): Promise<Job> {
  return change(deps, steer, {
    action: 'job.retry',
    from: ['done', 'paused'],
    isOwn: true,
    to: (job) => {
      if (job.failed === 0) throw new Conflict('nobody-waits', 'Nobody has failed.')
      return { ...beginning({ ...job, failed: 0 }), failed: 0, ended_at: null }
    },
    then: (trx, job) => waitAgain(trx, job.job_id),
  })
}

export function setJobSpeed(deps: JobDeps, steer: SteerJob, speed: number): Promise<Job> {
  const from = ['planning', 'planned', 'waiting-for-approval', 'running', 'paused'] as const
  return change(deps, steer, { action: 'job.set-speed', from, to: () => ({ speed }), tells: { speed } })
}

interface Decision {
  isGiven: boolean
  users?: number
  comment: string | undefined
}

/**
 * What the second person says.
 * @throws NotAllowed `own-request`, `not-a-person`; Conflict `count-differs`, `job-phase`
 */
export function decideOnJob(deps: JobDeps, steer: SteerJob, { isGiven, users, comment }: Decision): Promise<Job> {
  const { actor } = steer
  allow(actor, 'approve:actions')
  if (actor.kind !== 'person') throw new NotAllowed('not-a-person', 'A person has to decide this.')
  return change(deps, steer, {
    action: isGiven ? 'job.approve' : 'job.refuse',
    from: ['waiting-for-approval'],
    isApprovers: true,
    to: (job) => {
      if (job.actor_id === actor.userId) throw new NotAllowed('own-request', 'Nobody decides on what they have asked for themself.')
      if (Date.parse(job.approval?.until ?? '') < Date.now()) throw new Conflict('approval-lapsed', 'The request has lapsed: plan it anew.')
      const approval: JobApproval = { until: job.approval?.until ?? '', byId: actor.userId, at: new Date().toISOString(), isGiven, comment: comment ?? null }
      const decided = { approval: storableJson(approval) }
      if (!isGiven) return { ...decided, phase: 'cancelled', ended_at: sql<Date>`now()` }
      checkCount(job, users ?? -1)
      return { ...decided, ...beginning(job), started_at: sql<Date>`now()` }
    },
    tells: { ...(users !== undefined && { users }) },
    reason: comment ?? null,
  })
} // prettier-ignore

interface Steps {
  action: string
  from: readonly JobPhase[]
  /** Only whoever asked for the job, since it is done in their name and with what they may do. */
  isOwn?: boolean
  isApprovers?: boolean
  to(job: JobRow): JobChange
  then?(trx: StoreQueries, job: JobRow): Promise<unknown>
  tells?: Record<string, unknown>
  reason?: string | null
}

async function change(deps: JobDeps, { actor, from, jobId }: SteerJob, steps: Steps): Promise<Job> {
  const { store, tenant } = deps
  const seen = await findVisibleJob(deps, actor, jobId)
  if (!steps.isApprovers) allow(actor, 'manage:jobs')
  if (steps.isOwn) {
    if (seen.actor_id !== actor.userId) throw new NotAllowed('job-of-another', 'It is done in the name of whoever planned it: only they can say so.')
    allow(actor, actionOfJob(seen).permission)
  }
  const changed = await transaction(store.db, async (trx) => {
    const job = await trx.selectFrom('jobs').selectAll().where('job_id', '=', jobId).where('tenant', '=', tenant.origin).forUpdate().executeTakeFirstOrThrow()
    if (!steps.from.includes(job.phase)) throw new Conflict('job-phase', `This is not for a job that is ${phases[job.phase]}.`)
    const after = await changeJob(trx, { jobId, from: steps.from }, steps.to(job))
    if (!after) throw new TypeError('A job that is held is in the phase that it was held in.')
    await steps.then?.(trx, after)
    const by = doneBy(actor, from)
    const changes = [...told(steps.tells ?? {}), { field: 'phase', before: job.phase, after: after.phase }]
    await appendAudit(trx, auditJob(after, steps.action, { by, changes, reason: steps.reason === undefined ? job.reason : steps.reason }))
    return (await trx.selectFrom('jobs').selectAll().where('job_id', '=', jobId).executeTakeFirst()) ?? after
  })
  return tellJob(deps, actor, changed)
} // prettier-ignore

const phases: Record<JobPhase, string> = {
  planning: 'still being planned',
  planned: 'planned and not started',
  'waiting-for-approval': 'waiting for approval',
  running: 'running',
  paused: 'paused',
  done: 'over',
  cancelled: 'cancelled',
  failed: 'one that could not be planned',
}
