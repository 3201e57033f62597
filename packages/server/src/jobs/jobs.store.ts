import type { JobPhase } from '@rollcall/contracts/admin-api'
import { sql, type Insertable, type Selectable, type UpdateObject } from '@rollcall/database'
import type { StoreQueries } from '../store/open-store.ts'
import type { RollcallSchema } from '../store/schema.ts'
import { tellOfJob } from './events.ts'

export type JobRow = Selectable<RollcallSchema['jobs']>
export type NewJobRow = Insertable<RollcallSchema['jobs']>
export type JobChange = UpdateObject<RollcallSchema, 'jobs'>

/** Jobs that are neither begun nor over, and so are in somebody's way. */
const unfinished: readonly JobPhase[] = ['planning', 'planned', 'waiting-for-approval', 'running', 'paused']
export const mostUnfinishedOfOne = 50

/** @returns undefined when the actor has too many that are not over */
export async function insertJob(trx: StoreQueries, job: NewJobRow): Promise<JobRow | undefined> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`rollcall jobs of ${job.actor_id}`}, 0))`.execute(trx)
  const { open } = await trx
    .selectFrom('jobs')
    .select((eb) => eb.fn.countAll<number>().as('open'))
    .where('actor_id', '=', job.actor_id)
    .where('phase', 'in', unfinished)
    .executeTakeFirstOrThrow()
  if (open >= mostUnfinishedOfOne) return undefined
  await tellOfJob(trx, job.job_id)
  return trx.insertInto('jobs').values(job).returningAll().executeTakeFirst()
}

/** Those of this tenant. */
export function findJob(db: StoreQueries, tenant: string, jobId: string): Promise<JobRow | undefined> {
  return db.selectFrom('jobs').selectAll().where('job_id', '=', jobId).where('tenant', '=', tenant).executeTakeFirst()
}

export interface SelectJobs {
  tenant: string
  /** Absent: everybody's. */
  actorId?: string | undefined
  phase?: JobPhase | undefined
  after?: string | undefined
  limit: number
}

/** The newest first. */
export function selectJobs(db: StoreQueries, { tenant, actorId, phase, after, limit }: SelectJobs): Promise<JobRow[]> {
  let query = db.selectFrom('jobs').selectAll().where('tenant', '=', tenant)
  if (actorId !== undefined) query = query.where('actor_id', '=', actorId)
  if (phase !== undefined) query = query.where('phase', '=', phase)
  if (after !== undefined)
    query = query.where('seq', '<', (jobs) => jobs.selectFrom('jobs').select('seq').where('job_id', '=', after))
  return query.orderBy('seq', 'desc').limit(limit).execute()
}

/** What undoes it, or is about to. */
export function findUndoingJob(db: StoreQueries, jobId: string): Promise<{ job_id: string } | undefined> {
  return db
    .selectFrom('jobs')
    .select('job_id')
    .where('undo_of', '=', jobId)
    .where('phase', 'not in', ['cancelled', 'failed'])
    .executeTakeFirst()
}

/** @returns undefined when it is in none of these phases (any more) */
export async function changeJob(
  trx: StoreQueries,
  { jobId, from }: { jobId: string; from: readonly JobPhase[] },
  change: JobChange,
): Promise<JobRow | undefined> {
  const changed = await trx
    .updateTable('jobs')
    .set(change)
    .where('job_id', '=', jobId)
    .where('phase', 'in', from)
    .returningAll()
    .executeTakeFirst()
  if (changed) await tellOfJob(trx, jobId)
  return changed
}

/** To begin, or go on: how fast it goes is told from here on. */
export const beginning = (job: Pick<JobRow, 'done' | 'failed' | 'excluded'>): JobChange => ({
  phase: 'running',
  problem: null,
  resumed_at: sql<Date>`now()`,
  ended_before: job.done + job.failed + job.excluded,
})

/** Everybody has an outcome. @returns undefined when that is not so, or it was said already */
export function endIfOver(trx: StoreQueries, jobId: string): Promise<JobRow | undefined> {
  return trx
    .updateTable('jobs')
    .set({ phase: 'done', ended_at: sql<Date>`now()`, problem: null })
    .where('job_id', '=', jobId)
    .where('phase', '=', 'running')
    .where(sql<boolean>`done + failed + excluded >= users`)
    .returningAll()
    .executeTakeFirst()
}

/** For so long a server is believed to be at work that is not heard of. */
export const workerLivesMs = 15_000

export async function noteWorker(db: StoreQueries, worker: string): Promise<void> {
  await sql`INSERT INTO job_workers (worker) VALUES (${worker}) ON CONFLICT (worker) DO UPDATE SET seen_at = now()`.execute(db) // prettier-ignore
}

/** Whose server has died, or has none: the condition on a column. */
export const isNobodys = (worker: string) =>
  sql<boolean>`NOT EXISTS (SELECT FROM job_workers w WHERE w.worker = ${sql.ref(worker)} AND w.seen_at > now() - ${workerLivesMs} * interval '1 millisecond')`

/** What dead servers had in hand waits again; whatever they did is found under the same key. */
export async function takeBack(db: StoreQueries): Promise<void> {
  await sql`UPDATE job_users u SET state = 'waiting', worker = NULL FROM jobs j
    WHERE j.job_id = u.job_id AND j.phase IN ('running', 'paused', 'cancelled') AND u.state = 'working' AND ${isNobodys('u.worker')}`.execute(db) // prettier-ignore
  await sql`DELETE FROM job_workers WHERE seen_at < now() - interval '1 day'`.execute(db)
}

/** What this server gives up, since it ends. */
export async function giveBack(db: StoreQueries, worker: string): Promise<void> {
  await sql`DELETE FROM job_workers WHERE worker = ${worker}`.execute(db)
  await sql`UPDATE jobs SET worker = NULL WHERE worker = ${worker}`.execute(db)
  await takeBack(db)
}
