import type { JobPlan } from '@rollcall/contracts/admin-api'
import { sql, transaction } from '@rollcall/database'
import { RollcallError } from '@rollcall/http-kit'
import { appendAudit } from '../audit/audit.store.ts'
import type { Action, KnownState, Remark } from '../actions/define-action.ts'
import { previewAction } from '../actions/preview-action.ts'
import { planWith } from '../actions/plan-action.ts'
import { undoableUntil, whyNoUndo } from '../actions/present-run.ts'
import type { RunRow } from '../actions/runs.store.ts'
import { problemNow } from '../store/problem-now.ts'
import { storableJson } from '../store/storable.ts'
import { auditJob } from './audit-job.ts'
import { chooseUsers } from './choose-users.ts'
import { actorOfJob } from './do-one.ts'
import type { JobDeps } from './deps.ts'
import { tellOfJob } from './events.ts'
import { changeJob, isNobodys, type JobRow } from './jobs.store.ts'
import { areAllRead, isKnown, readKnownUsers, type KnownUser } from './known-user.ts'
import { actionOfJob } from './present-job.ts'

const usersAtOnce = 1000
const shownSamples = 5

/** Plans the next job that nobody plans. @returns false: there is none */
export async function planNext(deps: JobDeps, worker: string, signal: AbortSignal): Promise<boolean> {
  const { store, tenant } = deps
  const job = await store.db
    .updateTable('jobs')
    .set({ worker })
    .where('job_id', '=', (next) =>
      next
        .selectFrom('jobs')
        .select('job_id')
        .where('phase', '=', 'planning')
        .where('tenant', '=', tenant.origin)
        .where(isNobodys('jobs.worker'))
        .orderBy('seq')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .executeTakeFirst()
  if (!job) return false
  try {
    await planJob(deps, job, signal)
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error
    await transaction(store.db, async (trx) => {
      const failed = await changeJob(trx, { jobId: job.job_id, from: ['planning'] }, { phase: 'failed', problem: problemNow(error), ended_at: sql<Date>`now()` }) // prettier-ignore
      if (failed) await appendAudit(trx, auditJob(failed, 'job.plan', { phase: 'failed' }))
    })
  }
  return true
}

/** The dry run: whom it is about, to whom it cannot be done and why, and what it would do to some. Changes nobody. */
async function planJob(deps: JobDeps, job: JobRow, signal: AbortSignal): Promise<void> {
  const { store, bin, fields, directory } = deps
  const { db } = store
  const action = actionOfJob(job)
  const hasDirectory = Boolean((await directory?.status())?.filledAt)
  await transaction(db, async (trx) => {
    await chooseUsers(trx, { job, action, bin, fields, hasDirectory, now: new Date() })
    await tellOfJob(trx, job.job_id)
  })
  let notUndone: NotUndone | undefined
  if (job.undo_of) await lookAtRuns(deps, { job, signal })
  else notUndone = await lookAtUsers(deps, { job, action, hasDirectory, signal })
  if (signal.aborted) return
  const pace = deps.tenant.openPace({ percent: job.speed })
  const paced = { ...deps, tenant: { ...deps.tenant, ...pace.tenant } }
  const { samples, warnings, why } = await takeSamples(paced, job, action)
  const excluded = await db
    .selectFrom('job_users')
    .select(['code', 'message', (eb) => eb.fn.countAll<number>().as('users')])
    .where('job_id', '=', job.job_id)
    .where('state', '=', 'excluded')
    .groupBy(['code', 'message'])
    .orderBy('users', 'desc')
    .limit(50)
    .execute()
  const { excluded: notDone, users } = await db.selectFrom('jobs').select(['excluded', 'users']).where('job_id', '=', job.job_id).executeTakeFirstOrThrow() // prettier-ignore
  const left = users - notDone
  // What only the tenant knows is told of the samples: of one action, the same holds for all.
  const cannotBeUndone = notUndone ?? (why === undefined || left === 0 ? [] : [{ why, users: left }])
  const plan: JobPlan = {
    excluded: excluded.map(({ code, message, users: many }) => ({ code: code ?? '', message: message ?? '', users: many })),
    cannotBeUndone,
    warnings,
    samples,
    seconds: secondsFor(left, pace.requestsPerSecond(), { action, job, samples }),
  } // prettier-ignore
  await transaction(db, async (trx) => {
    const change = { phase: 'planned', plan: storableJson(plan), planned_at: sql<Date>`now()`, worker: null } as const
    await changeJob(trx, { jobId: job.job_id, from: ['planning'] }, change)
  })
}

/** A guess: the user, the facts and each field that changes are a request. */
function secondsFor(
  users: number,
  perSecond: number | null,
  { action, job, samples }: { action: Action; job: JobRow; samples: JobPlan['samples'] },
): number | null {
  if (perSecond === null) return null
  const facts = job.undo_of ? 0 : (action.facts?.(action.params.parse(job.params)).length ?? 0)
  const changes = Math.max(1, ...samples.map((sample) => sample.changes.length))
  return Math.ceil((users * (1 + facts + changes)) / perSecond)
}

type NotUndone = JobPlan['cannotBeUndone']

/** Goes through all of them by the directory. @returns why how many could not be undone; undefined: the directory does not know */
async function lookAtUsers(
  deps: JobDeps,
  { job, action, hasDirectory, signal }: { job: JobRow; action: Action; hasDirectory: boolean; signal: AbortSignal },
): Promise<NotUndone | undefined> {
  if (action.isForAbsent || !hasDirectory) return undefined
  const { store, bin, tenant } = deps
  const params = action.params.parse(job.params)
  const facts = action.facts?.(params) ?? []
  const isTold = isKnown(facts)
  const rest = {
    keptForDays: bin.isKeeping ? bin.keptForDays : null,
    ...(facts.includes('nextDueAt') && { nextDueAt: bin.nextDueAt() }),
    ...(isTold && facts.includes('allRoles') && { allRoles: await tenant.roles.list() }),
  }
  const notUndone = new Map<string, number>()
  const actorId = job.actor_id
  let after = 0
  for (;;) {
    if (signal.aborted) return undefined
    const users = await readKnownUsers(store.db, { jobId: job.job_id, after, limit: usersAtOnce })
    const last = users.at(-1)
    if (!last) break
    after = last.place
    const excluded: { place: number; remark: Remark }[] = []
    for (const user of users) {
      const looked = lookAt(user)
      if (looked.obstacle) excluded.push({ place: user.place, remark: looked.obstacle })
      else if (looked.why !== undefined) notUndone.set(looked.why, (notUndone.get(looked.why) ?? 0) + 1)
    }
    await noteLookedAt(deps, { job, count: users.length, excluded })
  }
  return isTold ? [...notUndone].map(([why, users]) => ({ why, users })) : undefined

  function lookAt({ userId, state }: KnownUser): { obstacle?: Remark | undefined; why?: string } {
    if (!state?.user) return { obstacle: { code: 'user-not-found', message: 'There is no such user any more.' } }
    if (userId === actorId && action.refusalToThemself) return { obstacle: action.refusalToThemself }
    const whole = { ...state, ...rest, user: state.user } satisfies KnownState
    if (!isTold) return { obstacle: action.obstacle?.(whole.user, whole) }
    const { obstacle, undo } = planWith(action, whole, params).plan
    // What a plan finds in the way may be what is not known here: then only what is so whatever else is known.
    const isWhole = areAllRead(facts)
    return { obstacle: isWhole ? obstacle : action.obstacle?.(whole.user, whole), ...('why' in undo && { why: undo.why }) }
  }
} // prettier-ignore

/** What has to be undone was recorded. */
async function lookAtRuns(deps: JobDeps, { job, signal }: { job: JobRow; signal: AbortSignal }): Promise<void> {
  let after = 0
  for (;;) {
    const { rows } = await sql<Pick<RunRow, 'phase' | 'undo' | 'started_at'> & { place: number; is_undone: boolean }>`
      SELECT u.place, r.phase, r.undo, r.started_at,
        EXISTS (SELECT FROM action_runs b WHERE b.undo_of = r.run_id AND b.phase IN ('started', 'done')) AS is_undone
      FROM job_users u JOIN action_runs r ON r.run_id = u.undo_of
      WHERE u.job_id = ${job.job_id} AND u.place > ${after} ORDER BY u.place LIMIT ${usersAtOnce}`.execute(
      deps.store.db,
    )
    const last = rows.at(-1)
    if (!last || signal.aborted) return
    after = last.place
    const excluded = rows.flatMap((row) => {
      const why = whyNoUndo(row, row.is_undone, undoableUntil(row))
      return why === null ? [] : [{ place: row.place, remark: { code: 'cannot-be-undone', message: why } }]
    })
    await noteLookedAt(deps, { job, count: rows.length, excluded })
  }
}

async function noteLookedAt(
  { store }: JobDeps,
  { job, count, excluded }: { job: JobRow; count: number; excluded: { place: number; remark: Remark }[] },
): Promise<void> {
  const jobId = job.job_id
  await transaction(store.db, async (trx) => {
    await sql`UPDATE job_users u SET state = 'excluded', code = e.code, message = e.message, ended_at = now()
      FROM unnest(${excluded.map(({ place }) => place)}::int[], ${excluded.map(({ remark }) => remark.code)}::text[], ${excluded.map(({ remark }) => remark.message)}::text[])
        AS e (place, code, message)
      WHERE u.job_id = ${jobId} AND u.place = e.place AND u.state = 'waiting'`.execute(trx)
    await sql`UPDATE jobs SET looked_at = looked_at + ${count}, excluded = excluded + ${excluded.length} WHERE job_id = ${jobId}`.execute(trx)
    await tellOfJob(trx, jobId)
  })
} // prettier-ignore

/** A few of those to whom it would be done, asked of the tenant. */
async function takeSamples(
  deps: JobDeps,
  job: JobRow,
  action: Action,
): Promise<Pick<JobPlan, 'samples' | 'warnings'> & { why: string | undefined }> {
  const { rows } = await sql<{ user_id: string; name: string | null; email: string | null; undo: { params: unknown } | null }>`
    SELECT j.user_id, coalesce(u.name, d.name) AS name, coalesce(u.email, d.email) AS email, r.undo FROM job_users j LEFT JOIN users u USING (user_id)
    LEFT JOIN action_runs r ON r.run_id = j.undo_of
    LEFT JOIN LATERAL (SELECT name, email FROM deleted_users WHERE user_id = j.user_id AND linked_to IS NULL ORDER BY deleted_at DESC LIMIT 1) d ON true
    WHERE j.job_id = ${job.job_id} AND j.state = 'waiting' ORDER BY j.place LIMIT ${shownSamples}`.execute(deps.store.db)
  const actor = actorOfJob(job)
  const looked = await Promise.all(
    rows.map(async ({ user_id: userId, name, email, undo }) => {
      const params = action.params.parse(undo ? undo.params : job.params)
      try {
        const { changes, obstacle, warnings, undo: back } = await previewAction(deps, { action, actor, userId, params })
        return { sample: { userId, name, email, changes, obstacle }, warnings, why: back.why ?? undefined }
      } catch (error) {
        if (!(error instanceof RollcallError)) throw error
        const obstacle = { code: error.code, message: error.message }
        return { sample: { userId, name, email, changes: [], obstacle }, warnings: [], why: undefined }
      }
    }),
  )
  const warnings = new Map(looked.flatMap((one) => one.warnings).map((warning) => [warning.code, warning]))
  return {
    samples: looked.map(({ sample }) => sample),
    warnings: [...warnings.values()],
    why: looked.find(({ why }) => why !== undefined)?.why,
  }
} // prettier-ignore
