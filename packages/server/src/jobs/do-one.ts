import { Conflict, NotFound, RollcallError } from '@rollcall/http-kit'
import type { Actor } from '../access/actor.ts'
import { grantedBy } from '../access/permissions.ts'
import type { Action } from '../actions/define-action.ts'
import { isUnreadable } from '../actions/fields.ts'
import type { RunRow } from '../actions/runs.store.ts'
import { runAction } from '../actions/run-action.ts'
import { undoRun } from '../actions/undo-run.ts'
import { sqlStateOf } from '../store/sql-state.ts'
import type { JobDeps } from './deps.ts'
import type { JobRow } from './jobs.store.ts'
import type { HeldUser, StandStill, Told, Turn } from './turn.ts'

export const actorOfJob = ({ actor_id: userId, origin, permissions }: JobRow): Actor => ({
  userId,
  kind: origin.actorKind,
  permissions: grantedBy(permissions),
  claimed: new Set(permissions),
})

export const keyOf = ({ job_id: jobId }: Pick<JobRow, 'job_id'>, { place, attempt }: Pick<HeldUser, 'place' | 'attempt'>) =>
  `job:${jobId}:${place}:${attempt}` // prettier-ignore

/** Does the job's action to one of its users. Whoever does it again finds what was done, under the same key. Never throws. */
export async function doOne(
  deps: JobDeps,
  { job, action, params, user }: { job: JobRow; action: Action; params: unknown; user: HeldUser },
): Promise<Turn> {
  const { ip, userAgent, requestId } = job.origin
  const idempotencyKey = keyOf(job, user)
  const call = {
    actor: actorOfJob(job),
    reason: job.reason ?? undefined,
    idempotencyKey,
    from: { ip, userAgent, requestId, jobId: job.job_id },
    isApproved: true,
  }
  try {
    const { run } = user.undoOf
      ? await undoRun(deps, { ...call, runId: user.undoOf })
      : await runAction(deps, { ...call, action, userId: user.userId, params })
    return { state: 'done', runId: run.runId }
  } catch (error) {
    try {
      const run = await deps.runs.findByKey({ actorId: job.actor_id, key: idempotencyKey })
      return run ? afterRun(run, user) : beforeRun(error, user)
    } catch (unread) {
      return ours(deps, unread)
    }
  }

  function beforeRun(error: unknown, { attempt }: HeldUser): Turn {
    if (!(error instanceof RollcallError)) return ours(deps, error)
    const problem = { code: error.code, message: error.message }
    if (error.code === 'action-under-way') return again(problem, { isNewRun: false, attempt })
    if (passes.includes(error.code)) return again(problem, { isNewRun: false, attempt, standsStill: 'for a time' })
    if (isOurFault(error.code)) return again(problem, { isNewRun: false, attempt, standsStill: 'until resumed' })
    if (mayPass.includes(error.code) && attempt < mostAttempts) return again(problem, { isNewRun: true, attempt })
    const isNotForThem = error instanceof Conflict || (error instanceof NotFound && error.code === 'user-not-found')
    return { state: isNotForThem ? 'excluded' : 'failed', problem, runId: null }
  }
}

/** The tenant is away, or has had enough for now. */
const passes = ['tenant-unreachable', 'tenant-unavailable', 'tenant-rate-limited']
/** What something between us and the tenant may have said: so often, and no more. */
const mayPass = ['tenant-failed', 'tenant-answer-not-understood', 'not-begun', 'interrupted', ...passes]
/** Rollcall's own credentials and scopes: it would be the same for everybody. */
const isOurFault = (code: string) =>
  code === 'tenant-scope-missing' || code.startsWith('tenant-refused-') || code === 'recycle-bin-key'

const mostAttempts = 10

/** How it ended, as it was recorded. */
function afterRun(run: RunRow, { attempt }: HeldUser): Turn {
  const { run_id: runId, phase, failure } = run
  if (phase === 'done') return { state: 'done', runId }
  const problem = failure ?? { code: 'action-under-way', message: 'It is not known yet how it ended.' }
  if (phase === 'started') return again(problem, { isNewRun: false, attempt })
  const { code } = problem
  if (isOurFault(code)) return again(problem, { isNewRun: true, attempt, standsStill: 'until resumed' })
  if (!mayPass.includes(code) || !isHarmlessAgain(run) || attempt >= mostAttempts)
    return { state: 'failed', problem, runId }
  return again(problem, { isNewRun: true, attempt, standsStill: passes.includes(code) ? 'for a time' : null })
}

/** Whether the tenant has told that it was not done, or not whole. Of mail nobody can tell: it is not sent twice. */
function isHarmlessAgain({ phase, failure, wanted }: RunRow): boolean {
  const fields = Object.keys(wanted)
  return (
    phase === 'not-begun' ||
    failure?.code === 'tenant-rate-limited' ||
    (fields.length > 0 && !fields.some(isUnreadable))
  )
}

function again(
  { code, message }: Told,
  { attempt, isNewRun, standsStill = null }: { attempt: number; isNewRun: boolean; standsStill?: StandStill | null },
): Turn {
  const afterMs = Math.min(200 * 2 ** attempt, 30_000)
  return { state: 'waiting', problem: { code, message }, isNewRun, afterMs, standsStill }
}

/** Our own database is away, or we have a fault. */
function ours({ logger }: JobDeps, error: unknown): Turn {
  logger.error({ err: error }, 'a user’s turn in a job came to nothing')
  const isDatabase = sqlStateOf(error) !== undefined || (error instanceof Error && /connection|terminat/i.test(error.message))
  const message = isDatabase ? 'Rollcall’s database did not answer.' : 'Something went wrong on our side.'
  const problem = { code: isDatabase ? 'database-unavailable' : 'internal-error', message }
  return isDatabase ? again(problem, { isNewRun: false, attempt: 1, standsStill: 'for a time' }) : { state: 'failed', problem, runId: null }
} // prettier-ignore
