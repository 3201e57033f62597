import type { JobUsersQuery } from '@rollcall/contracts/admin-api'
import { sql, transaction } from '@rollcall/database'
import { appendAudit } from '../audit/audit.store.ts'
import { told } from '../audit/own-entry.ts'
import type { StoreQueries } from '../store/open-store.ts'
import type { JobUserTable } from '../store/schema.ts'
import { problemNow } from '../store/problem-now.ts'
import { storable } from '../store/storable.ts'
import { auditJob } from './audit-job.ts'
import { tellOfJob } from './events.ts'
import { endIfOver } from './jobs.store.ts'
import type { HeldUser, Turn } from './turn.ts'

/** Takes the next of a job's users, for this server alone. None while the job does not run. */
export async function holdUsers(
  db: StoreQueries,
  { jobId, worker, limit }: { jobId: string; worker: string; limit: number },
): Promise<HeldUser[]> {
  const { rows } = await sql<HeldUser>`
    UPDATE job_users SET state = 'working', worker = ${worker}
    WHERE job_id = ${jobId} AND place = ANY (ARRAY(
      SELECT place FROM job_users WHERE job_id = ${jobId} AND state = 'waiting' AND (not_before IS NULL OR not_before <= now())
        AND EXISTS (SELECT FROM jobs WHERE job_id = ${jobId} AND phase = 'running')
      ORDER BY place LIMIT ${limit} FOR UPDATE SKIP LOCKED))
    RETURNING place, user_id AS "userId", attempt, undo_of AS "undoOf"`.execute(db)
  return rows.sort((a, b) => a.place - b.place)
}

export interface Outcome {
  user: HeldUser
  turn: Turn
}

/** Writes down what became of some, and of the job if they were the last. */
export async function noteOutcomes(
  db: StoreQueries,
  { jobId, worker, outcomes }: { jobId: string; worker: string; outcomes: readonly Outcome[] },
): Promise<void> {
  const rows = outcomes.map(({ user, turn }) => ({
    place: user.place,
    state: turn.state,
    attempt: turn.state === 'waiting' && turn.isNewRun ? user.attempt + 1 : user.attempt,
    after_ms: turn.state === 'waiting' ? turn.afterMs : null,
    code: turn.state === 'done' ? null : turn.problem.code,
    message: turn.state === 'done' ? null : storable(turn.problem.message).slice(0, 500),
    run_id: turn.state === 'waiting' ? null : turn.runId,
  }))
  // One server after the other for one job: the job's row comes first, since all of them count there.
  await transaction(db, async (trx) => {
    await trx.selectFrom('jobs').select('job_id').where('job_id', '=', jobId).forUpdate().execute()
    await sql`
      WITH told AS (
        SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          AS t (place int, state text, attempt smallint, after_ms int, code text, message text, run_id uuid)
      ), written AS (
        UPDATE job_users u SET state = t.state, attempt = t.attempt, code = t.code, message = t.message, run_id = t.run_id, worker = NULL,
          not_before = now() + t.after_ms * interval '1 millisecond', ended_at = CASE WHEN t.state = 'waiting' THEN NULL ELSE now() END
        FROM told t WHERE u.job_id = ${jobId} AND u.place = t.place AND u.state = 'working' AND u.worker = ${worker}
        RETURNING u.state
      )
      UPDATE jobs SET done = done + (SELECT count(*) FROM written WHERE state = 'done'),
        failed = failed + (SELECT count(*) FROM written WHERE state = 'failed'),
        excluded = excluded + (SELECT count(*) FROM written WHERE state = 'excluded')
      WHERE job_id = ${jobId}`.execute(trx)
    await noteStandstill(trx, jobId, outcomes)
    await tellOfJob(trx, jobId)
    const ended = await endIfOver(trx, jobId)
    const { done = 0, failed = 0, excluded = 0 } = ended ?? {}
    if (ended) await appendAudit(trx, auditJob(ended, 'job.end', { changes: told({ done, failed, excluded }) }))
  })
}

/** Why it stands still, or that it does no longer. */
async function noteStandstill(trx: StoreQueries, jobId: string, outcomes: readonly Outcome[]): Promise<void> {
  const turns = outcomes.map(({ turn }) => turn)
  const still = turns.find((turn) => turn.state === 'waiting' && turn.standsStill === 'until resumed') ?? turns.find((turn) => turn.state === 'waiting' && turn.standsStill)
  if (still?.state !== 'waiting') {
    await trx.updateTable('jobs').set({ problem: null }).where('job_id', '=', jobId).where('phase', '=', 'running').where('problem', 'is not', null).execute()
    return
  }
  const problem = problemNow(still.problem)
  const change = still.standsStill === 'until resumed' ? ({ problem, phase: 'paused' } as const) : { problem }
  await trx.updateTable('jobs').set(change).where('job_id', '=', jobId).where('phase', '=', 'running').execute()
} // prettier-ignore

export interface JobUserRow extends Pick<JobUserTable, 'place' | 'user_id' | 'code' | 'message' | 'run_id' | 'ended_at'> {
  state: 'waiting' | 'working' | 'done' | 'failed' | 'excluded'
  attempt: number
  name: string | null
  email: string | null
} // prettier-ignore

/** In the order of the job. Who is deleted has the name that the recycle bin has. */
export async function selectJobUsers(
  db: StoreQueries,
  jobId: string,
  { state, code, after, limit }: JobUsersQuery,
): Promise<JobUserRow[]> {
  const { rows } = await sql<JobUserRow>`
    SELECT j.place, j.user_id, j.state, j.attempt, j.code, j.message, j.run_id, j.ended_at,
      coalesce(u.name, d.name) AS name, coalesce(u.email, d.email) AS email
    FROM (
      SELECT * FROM job_users WHERE job_id = ${jobId} AND place > ${after}
        AND ${state === undefined ? sql`true` : sql`state = ${state}`} AND ${code === undefined ? sql`true` : sql`code = ${code}`}
      ORDER BY place LIMIT ${limit}
    ) j LEFT JOIN users u USING (user_id)
    LEFT JOIN LATERAL (SELECT name, email FROM deleted_users WHERE user_id = j.user_id AND linked_to IS NULL ORDER BY deleted_at DESC LIMIT 1) d ON u.user_id IS NULL
    ORDER BY j.place`.execute(db)
  return rows
}

/** Those who failed wait again, as new runs. @returns how many */
export async function waitAgain(trx: StoreQueries, jobId: string): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('job_users')
    .set((row) => ({
      state: 'waiting',
      attempt: row('attempt', '+', 1),
      code: null,
      message: null,
      run_id: null,
      not_before: null,
      ended_at: null,
    }))
    .where('job_id', '=', jobId)
    .where('state', '=', 'failed')
    .executeTakeFirst()
  return Number(numUpdatedRows)
}
