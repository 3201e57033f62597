import type {
  Job,
  JobDrift,
  JobPage,
  JobsQuery,
  JobUnmatched,
  JobUserPage,
  JobUsersQuery,
} from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import { Conflict, NotFound } from '@rollcall/http-kit'
import type { Actor } from '../access/actor.ts'
import { namesOf } from '../actors/names-of.ts'
import { matchingUsers } from './choose-users.ts'
import type { JobDeps } from './deps.ts'
import { selectJobUsers } from './job-users.store.ts'
import { findJob, findUndoingJob, selectJobs, type JobRow } from './jobs.store.ts'
import { needsApproval } from './needs-approval.ts'
import { presentJob, presentJobUser } from './present-job.ts'

/** Others' jobs are for those who look after what others do. */
export const seesAll = ({ permissions }: Actor) => permissions.has('read:audit') || permissions.has('approve:actions')

/** @throws NotFound `job-not-found`, also for a job that is none of theirs */
export async function findVisibleJob({ store, tenant }: JobDeps, actor: Actor, jobId: string): Promise<JobRow> {
  const job = await findJob(store.db, tenant.origin, jobId)
  if (!job || (job.actor_id !== actor.userId && !seesAll(actor)))
    throw new NotFound('job-not-found', 'There is no such job.')
  return job
}

export async function getJob(deps: JobDeps, actor: Actor, jobId: string): Promise<Job> {
  return tellJob(deps, actor, await findVisibleJob(deps, actor, jobId))
}

export async function tellJob(deps: JobDeps, actor: Actor, job: JobRow): Promise<Job> {
  const [told] = await tellJobs(deps, actor, [job])
  if (!told) throw new TypeError('One job is told as one.')
  return told
}

async function tellJobs(deps: JobDeps, actor: Actor, jobs: readonly JobRow[]): Promise<Job[]> {
  const { db } = deps.store
  const people = jobs.flatMap((job) => [job.actor_id, job.approval?.byId ?? []].flat())
  const names = await namesOf({ db, programNames: deps.programNames }, people)
  return Promise.all(
    jobs.map(async (job) =>
      presentJob({
        job,
        viewerId: actor.userId,
        names,
        undoneBy: (await findUndoingJob(db, job.job_id))?.job_id ?? null,
        needsApproval: needsApproval(deps, job),
        now: new Date(),
      }),
    ),
  )
}

export async function listJobs(deps: JobDeps, actor: Actor, { phase, limit, after }: JobsQuery): Promise<JobPage> {
  const { store, tenant } = deps
  const actorId = seesAll(actor) ? undefined : actor.userId
  const found = await selectJobs(store.db, { tenant: tenant.origin, actorId, phase, after, limit: limit + 1 })
  const jobs = found.slice(0, limit)
  return { jobs: await tellJobs(deps, actor, jobs), next: found.length > limit ? (jobs.at(-1)?.job_id ?? null) : null }
}

export async function listJobUsers(
  deps: JobDeps,
  actor: Actor,
  { jobId, query }: { jobId: string; query: JobUsersQuery },
): Promise<JobUserPage> {
  await findVisibleJob(deps, actor, jobId)
  const found = await selectJobUsers(deps.store.db, jobId, { ...query, limit: query.limit + 1 })
  const users = found.slice(0, query.limit).map(presentJobUser)
  return { users, next: found.length > query.limit ? (users.at(-1)?.place ?? null) : null }
}

export async function listJobUnmatched(deps: JobDeps, actor: Actor, jobId: string): Promise<JobUnmatched> {
  return { entries: (await findVisibleJob(deps, actor, jobId)).unmatched }
}

const shownChanged = 20

/** What has changed since the dry run among those who wait, as far as the directory knows. @throws Conflict `job-not-planned` */
export async function getJobDrift(deps: JobDeps, actor: Actor, jobId: string): Promise<JobDrift> {
  const { store, bin, fields } = deps
  const job = await findVisibleJob(deps, actor, jobId)
  const { planned_at: plannedAt, selection } = job
  if (!plannedAt) throw new Conflict('job-not-planned', 'Its dry run is not over.')
  const waiting = sql`(SELECT user_id FROM job_users WHERE job_id = ${jobId} AND state = 'waiting')`
  const changed = sql`${waiting} j JOIN users u USING (user_id) WHERE u.updated_at > ${plannedAt}`
  const matching = selection.kind === 'filter' ? await matchingUsers({ filter: selection.filter, bin, fields, now: new Date() }) : undefined
  const { rows } = await sql<{ departed: number; there: number; changed: number; matching: number | null }>`SELECT
    (SELECT count(*) FROM ${waiting} j WHERE NOT EXISTS (SELECT FROM users u WHERE u.user_id = j.user_id)) AS departed,
    (SELECT count(*) FROM ${waiting} j WHERE EXISTS (SELECT FROM users u WHERE u.user_id = j.user_id)) AS there,
    (SELECT count(*) FROM ${changed}) AS changed,
    ${matching ? sql`(SELECT count(*) FROM ${matching.tables} WHERE ${matching.condition} AND u.user_id IN ${waiting})` : sql`NULL`} AS matching`.execute(store.db)
  const latest = await sql<{ user_id: string; name: string | null; email: string | null; updated_at: Date }>`
    SELECT u.user_id, u.name, u.email, u.updated_at FROM ${changed} ORDER BY u.updated_at DESC LIMIT ${shownChanged}`.execute(store.db)
  const found = rows[0]
  return {
    plannedAt: plannedAt.toISOString(),
    departed: found?.departed ?? 0,
    changed: found?.changed ?? 0,
    noLongerMatching: (found?.there ?? 0) - (found?.matching ?? found?.there ?? 0),
    users: latest.rows.map(({ user_id: userId, name, email, updated_at: at }) => ({ userId, name, email, updatedAt: at.toISOString() })),
  }
} // prettier-ignore
