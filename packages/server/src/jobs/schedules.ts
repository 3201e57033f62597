import { randomUUID } from 'node:crypto'
import type { JobSchedule, JobScheduleList, NewJobSchedule } from '@rollcall/contracts/admin-api'
import { sql, transaction, type Selectable } from '@rollcall/database'
import { Conflict, NotFound, parse } from '@rollcall/http-kit'
import type { Actor } from '../access/actor.ts'
import { checkReason } from '../actions/check-action.ts'
import { appendAudit, type AuditFacts } from '../audit/audit.store.ts'
import { doneBy, ownEntry, told, type DoneBy } from '../audit/own-entry.ts'
import { readFilter } from '../features/users/read-filter.ts'
import type { JobScheduleTable, RunOrigin } from '../store/schema.ts'
import { storableJson } from '../store/storable.ts'
import { auditJob } from './audit-job.ts'
import { actionForMany, checkMayDo, checkWritten, heldBy } from './create-job.ts'
import type { JobDeps } from './deps.ts'
import { changeJob, insertJob, type JobRow } from './jobs.store.ts'
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
  return present(row, actor, undefined)
} // prettier-ignore

export async function listSchedules({ store, tenant }: JobDeps, actor: Actor): Promise<JobScheduleList> {
  let query = store.db.selectFrom('job_schedules').selectAll().where('tenant', '=', tenant.origin)
  if (!seesAll(actor)) query = query.where('actor_id', '=', actor.userId)
  const rows = await query.orderBy('name').orderBy('schedule_id').execute()
  const { rows: latest } = await sql<JobRow>`SELECT DISTINCT ON (schedule_id) * FROM jobs
    WHERE schedule_id = ANY (${rows.map((row) => row.schedule_id)}::uuid[]) ORDER BY schedule_id, seq DESC`.execute(store.db)
  return { schedules: rows.map((row) => present(row, actor, latest.find((job) => job.schedule_id === row.schedule_id))) }
} // prettier-ignore

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

/** Plans what is due, of several servers once. A dry run that nobody has started by then is out of date, and gives way. */
export async function planScheduled({ store, tenant, logger }: JobDeps): Promise<void> {
  for (;;) {
    const planned = await transaction(store.db, async (trx) => {
      const due = await trx
        .selectFrom('job_schedules')
        .selectAll()
        .where('tenant', '=', tenant.origin)
        .where('next_at', '<=', sql<Date>`now()`)
        .orderBy('next_at')
        .limit(1)
        .forUpdate()
        .skipLocked()
        .executeTakeFirst()
      if (!due) return false
      const { schedule_id: scheduleId, filter, every } = due
      // Not from when it was due: after a long standstill it is made once, not once for each day.
      await trx.updateTable('job_schedules').set({ next_at: sql<Date>`now() + ${`1 ${every}`}::interval` }).where('schedule_id', '=', scheduleId).execute()
      const stale = await trx.selectFrom('jobs').select('job_id').where('schedule_id', '=', scheduleId).where('phase', '=', 'planned').execute()
      for (const { job_id: jobId } of stale) await changeJob(trx, { jobId, from: ['planned'] }, { phase: 'cancelled', ended_at: sql<Date>`now()` })
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

function present(row: ScheduleRow, actor: Actor, latest: JobRow | undefined): JobSchedule {
  const { schedule_id: scheduleId, name, action, params, filter, reason, every } = row
  return {
    scheduleId,
    name,
    action,
    params,
    filter,
    reason,
    every,
    nextAt: row.next_at.toISOString(),
    actorId: row.actor_id,
    isMine: row.actor_id === actor.userId,
    latest: latest
      ? {
          jobId: latest.job_id,
          phase: latest.phase,
          waiting: latest.users - latest.done - latest.failed - latest.excluded,
          at: latest.created_at.toISOString(),
        }
      : null,
  }
}
