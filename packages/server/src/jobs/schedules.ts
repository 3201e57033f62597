import { randomUUID } from 'node:crypto'
import type { JobSchedule, JobScheduleChange, JobScheduleList, NewJobSchedule } from '@rollcall/contracts/admin-api'
import { sql, transaction, type Selectable } from '@rollcall/database'
import { Conflict, NotAllowed, NotFound, parse } from '@rollcall/http-kit'
import type { Actor } from '../access/actor.ts'
import { checkReason } from '../actions/check-action.ts'
import { namesOf } from '../actors/names-of.ts'
import { appendAudit, type AuditFacts } from '../audit/audit.store.ts'
import { doneBy, ownEntry, told, type DoneBy } from '../audit/own-entry.ts'
import { readFilter } from '../features/users/read-filter.ts'
import type { StoreQueries } from '../store/open-store.ts'
import { problemNow } from '../store/problem-now.ts'
import type { JobScheduleTable, RunOrigin } from '../store/schema.ts'
import { storableJson } from '../store/storable.ts'
import { auditJob } from './audit-job.ts'
import { actionForMany, checkMayDo, checkWritten, heldBy } from './create-job.ts'
import type { JobDeps } from './deps.ts'
import { changeJob, insertJob, mostUnfinishedOfOne, type JobRow } from './jobs.store.ts'
import { countsOf } from './present-job.ts'
import { seesAll } from './read-jobs.ts'

type ScheduleRow = Selectable<JobScheduleTable>
type From = DoneBy['from']

const mostSchedules = 100

/**
 * Has a job planned again and again: the first time at once.
 * @throws as the job itself would; Conflict `too-many-schedules`
 */
export async function createSchedule(
  deps: JobDeps,
  { actor, from, asked }: { actor: Actor; from: From; asked: NewJobSchedule },
): Promise<JobSchedule> {
  const { store, tenant, reasonRequired, fields } = deps
  const { name, filter, reason, every } = asked
  const action = actionForMany(asked.action)
  if (action.isForAbsent) throw new Conflict('not-for-many', `${action.name} is for those in the recycle bin, whom no filter finds.`)
  const params = parse(action.params, asked.params, 'body.params')
  checkMayDo(actor, action, params)
  checkReason(action, reason, reasonRequired)
  checkWritten(deps, actor, action.written?.(params) ?? {})
  readFilter(filter, fields.everybody)
  const origin: RunOrigin = { ...from, actorKind: actor.kind, tenant: tenant.origin }
  const row = await transaction(store.db, async (trx) => {
    await sql`SELECT pg_advisory_xact_lock(hashtext('rollcall job schedules'))`.execute(trx)
    const { count } = await trx.selectFrom('job_schedules').select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
    if (count >= mostSchedules) throw new Conflict('too-many-schedules', `There are no more than ${mostSchedules} schedules: end some first.`)
    const made = await trx
      .insertInto('job_schedules')
      .values({
        schedule_id: randomUUID(),
        tenant: tenant.origin,
        name,
        action: action.name,
        params: storableJson(asked.params),
        filter,
        reason: reason ?? null,
        every,
        next_at: new Date(),
        actor_id: actor.userId,
        permissions: heldBy(actor),
        origin: storableJson(origin),
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await appendAudit(trx, auditSchedule(made, 'schedule.create', { by: actor, from, changes: told({ name, action: action.name, filter, every }) }))
    return made
  })
  return tell(deps, actor, row)
} // prettier-ignore

/** Others' schedules are seen by whoever sees others' jobs. */
const ofTenant = (db: StoreQueries, tenant: string, actor: Actor) => {
  const query = db.selectFrom('job_schedules').selectAll().where('tenant', '=', tenant)
  return seesAll(actor) ? query : query.where('actor_id', '=', actor.userId)
}

export async function listSchedules(deps: JobDeps, actor: Actor): Promise<JobScheduleList> {
  const rows = await ofTenant(deps.store.db, deps.tenant.origin, actor).orderBy('name').orderBy('schedule_id').execute()
  return { schedules: await tellAll(deps, actor, rows) }
}

/**
 * Lets it stand still, lets it go on, or has it made more or less often. What came due while it stood still is made at once, and once.
 * @throws NotFound `schedule-not-found`; NotAllowed `schedule-of-another`, or as the action itself
 */
export async function changeSchedule(
  deps: JobDeps,
  { actor, from, scheduleId, asked }: { actor: Actor; from: From; scheduleId: string; asked: JobScheduleChange },
): Promise<JobSchedule> {
  const { store, tenant } = deps
  const row = await transaction(store.db, async (trx) => {
    const seen = await ofTenant(trx, tenant.origin, actor).where('schedule_id', '=', scheduleId).forUpdate().executeTakeFirst()
    if (!seen) throw new NotFound('schedule-not-found', 'There is no such schedule.')
    const { every, isPaused } = asked
    if (every !== seen.every || (!isPaused && seen.is_paused)) checkIsOwn(actor, seen)
    if (every === seen.every && isPaused === seen.is_paused) return seen
    const changed = await trx
      .updateTable('job_schedules')
      .set({ every, is_paused: isPaused, ...(every !== seen.every && { next_at: sql<Date>`now() + ${`1 ${every}`}::interval` }) })
      .where('schedule_id', '=', scheduleId)
      .returningAll()
      .executeTakeFirstOrThrow()
    const changes = [
      { field: 'every', before: seen.every, after: every },
      { field: 'is_paused', before: seen.is_paused, after: isPaused },
    ].filter(({ before, after }) => before !== after)
    await appendAudit(trx, auditSchedule(changed, 'schedule.change', { by: actor, from, changes }))
    return changed
  })
  return tell(deps, actor, row)
} // prettier-ignore

/** What it plans is planned in the name of whoever made it, so only they let it be planned. */
function checkIsOwn(actor: Actor, { actor_id: actorId, action, params }: ScheduleRow): void {
  if (actorId !== actor.userId)
    throw new NotAllowed('schedule-of-another', 'Its dry runs are made in the name of whoever made it: others may only pause or end it.') // prettier-ignore
  const what = actionForMany(action)
  checkMayDo(actor, what, parse(what.params, params, 'params'))
}

/** @throws NotFound `schedule-not-found` */
export async function removeSchedule(
  { store, tenant }: JobDeps,
  { actor, from, scheduleId }: { actor: Actor; from: From; scheduleId: string },
): Promise<void> {
  await transaction(store.db, async (trx) => {
    let query = trx.deleteFrom('job_schedules').where('schedule_id', '=', scheduleId).where('tenant', '=', tenant.origin)
    if (!seesAll(actor)) query = query.where('actor_id', '=', actor.userId)
    const removed = await query.returningAll().executeTakeFirst()
    if (!removed) throw new NotFound('schedule-not-found', 'There is no such schedule.')
    await appendAudit(trx, auditSchedule(removed, 'schedule.delete', { by: actor, from }))
  })
} // prettier-ignore

const replaced = { code: 'replaced', message: 'Nobody had started it when the next dry run of its schedule was made.' }
const tooMany = {
  code: 'too-many-jobs',
  message: `Whoever made it has ${mostUnfinishedOfOne} jobs that are not over: some have to be started or cancelled first.`,
}

/** Plans what is due, of several servers once. A dry run that nobody has started by then is out of date, and gives way. */
export async function planScheduled({ store, tenant, logger }: JobDeps): Promise<void> {
  for (;;) {
    const planned = await transaction(store.db, async (trx) => {
      const due = await trx
        .selectFrom('job_schedules')
        .selectAll()
        .where('tenant', '=', tenant.origin)
        .where('is_paused', '=', false)
        .where('next_at', '<=', sql<Date>`now()`)
        .orderBy('next_at')
        .limit(1)
        .forUpdate()
        .skipLocked()
        .executeTakeFirst()
      if (!due) return false
      const { schedule_id: scheduleId, filter, every } = due
      const stale = await trx.selectFrom('jobs').select('job_id').where('schedule_id', '=', scheduleId).where('phase', '=', 'planned').execute()
      const gone = await Promise.all(stale.map(({ job_id: jobId }) => changeJob(trx, { jobId, from: ['planned'] }, { phase: 'cancelled', ended_at: sql<Date>`now()`, problem: problemNow(replaced) })))
      const job = await insertJob(trx, {
        job_id: randomUUID(),
        tenant: due.tenant,
        action: due.action,
        params: storableJson(due.params),
        selection: storableJson({ kind: 'filter', filter, except: [] }),
        reason: due.reason,
        actor_id: due.actor_id,
        permissions: due.permissions,
        origin: storableJson(due.origin),
        schedule_id: scheduleId,
      })
      // Not from when it was due: after a long standstill it is made once, not once for each day.
      const next = { next_at: sql<Date>`now() + ${`1 ${every}`}::interval`, problem: job ? null : problemNow(tooMany) }
      await trx.updateTable('job_schedules').set(next).where('schedule_id', '=', scheduleId).execute()
      for (const one of gone) if (one) await appendAudit(trx, auditJob(one, 'job.lapse'))
      if (job) await appendAudit(trx, auditJob(job, 'job.create', { changes: told({ action: due.action, schedule: due.name }) }))
      else logger.warn({ scheduleId }, 'a scheduled dry run was left out: its owner has too many jobs that are not over')
      return true
    })
    if (!planned) return
  }
} // prettier-ignore

function auditSchedule(
  { schedule_id: scheduleId, tenant, reason }: ScheduleRow,
  action: string,
  { by, from, changes }: { by: Actor; from: From; changes?: AuditFacts['changes'] },
): AuditFacts {
  return ownEntry({ action, subjectId: scheduleId, runId: scheduleId, tenant, by: doneBy(by, from), reason, changes })
}

async function tell(deps: JobDeps, actor: Actor, row: ScheduleRow): Promise<JobSchedule> {
  const [one] = await tellAll(deps, actor, [row])
  if (!one) throw new TypeError('One schedule is told as one.')
  return one
}

async function tellAll({ store: { db }, programNames }: JobDeps, actor: Actor, rows: readonly ScheduleRow[]): Promise<JobSchedule[]> {
  const [names, { rows: latest }] = await Promise.all([
    namesOf({ db, programNames }, rows.map((row) => row.actor_id)),
    sql<JobRow>`SELECT DISTINCT ON (schedule_id) * FROM jobs
      WHERE schedule_id = ANY (${rows.map((row) => row.schedule_id)}::uuid[]) ORDER BY schedule_id, seq DESC`.execute(db),
  ])
  const jobs = new Map(latest.map((job) => [job.schedule_id, job]))
  return rows.map((row) => present(row, { actor, actorName: names.get(row.actor_id) ?? null, latest: jobs.get(row.schedule_id) }))
} // prettier-ignore

function present(
  row: ScheduleRow,
  { actor, actorName, latest }: { actor: Actor; actorName: string | null; latest: JobRow | undefined },
): JobSchedule {
  const { schedule_id: scheduleId, name, action, params, filter, reason, every, is_paused: isPaused, problem } = row
  return {
    scheduleId,
    name,
    action,
    params,
    filter,
    reason,
    every,
    isPaused,
    nextAt: isPaused ? null : row.next_at.toISOString(),
    problem,
    actorId: row.actor_id,
    actorName,
    isMine: row.actor_id === actor.userId,
    latest: latest ? { jobId: latest.job_id, phase: latest.phase, counts: countsOf(latest), problem: latest.problem, at: latest.created_at.toISOString() } : null,
  }
} // prettier-ignore
