import type { FieldChange } from '@rollcall/contracts/admin-api'
import { sql, transaction, type Insertable, type Selectable } from '@rollcall/database'
import { appendAudit, type AuditFacts } from '../audit/audit.store.ts'
import type { StoreQueries } from '../store/open-store.ts'
import type { RollcallSchema, RunFailure, RunStep } from '../store/schema.ts'
import { sqlStateOf } from '../store/sql-state.ts'
import { storableJson } from '../store/storable.ts'

export type RunRow = Selectable<RollcallSchema['action_runs']>
export type NewRun = Omit<Insertable<RollcallSchema['action_runs']>, 'lease_until' | 'phase'>

export function findRun(db: StoreQueries, runId: string): Promise<RunRow | undefined> {
  return db.selectFrom('action_runs').selectAll().where('run_id', '=', runId).executeTakeFirst()
}

export function findRunByKey(
  db: StoreQueries,
  { actorId, key }: { actorId: string; key: string },
): Promise<RunRow | undefined> {
  return db
    .selectFrom('action_runs')
    .selectAll()
    .where('actor_id', '=', actorId)
    .where('idempotency_key', '=', key)
    .executeTakeFirst()
}

/** The run that undid another, or is about to. */
export function findUndoing(db: StoreQueries, runId: string): Promise<RunRow | undefined> {
  return db
    .selectFrom('action_runs')
    .selectAll()
    .where('undo_of', '=', runId)
    .where('phase', 'in', ['started', 'done'])
    .executeTakeFirst()
}

/** As much of a run as others have to know that come after it. */
export type LatestRun = Pick<RunRow, 'run_id' | 'seq' | 'phase'>

export function findLatestRun(db: StoreQueries, userId: string): Promise<LatestRun | undefined> {
  return db
    .selectFrom('action_runs')
    .select(['run_id', 'seq', 'phase'])
    .where('user_id', '=', userId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** `overtaken`: somebody did something to this user since. `key taken`: the same request came first. `undone`: that was undone already. */
export type Claim = { run: RunRow } | 'overtaken' | 'key taken' | 'undone'

/** A run to be begun. */
export interface WantedRun {
  run: NewRun
  /** Of the newest run of this user when the tenant was asked about them. */
  latestSeq: number
  /** What the audit log says of it, committed together with it. */
  entry(run: RunRow): AuditFacts
}

/** Begins a run, if what it starts from is still the newest. */
export async function claimRun(
  db: StoreQueries,
  { run, latestSeq, entry }: WantedRun,
  leaseMs: number,
): Promise<Claim> {
  try {
    return await transaction(db, async (trx) => {
      await lockUsers(trx, [run.user_id])
      if (((await findLatestRun(trx, run.user_id))?.seq ?? 0) !== latestSeq) return 'overtaken'
      const begun = await trx
        .insertInto('action_runs')
        .values({ ...run, phase: 'started', lease_until: after(leaseMs) })
        .onConflict((conflict) =>
          conflict.columns(['actor_id', 'idempotency_key']).where('idempotency_key', 'is not', null).doNothing(),
        )
        .returningAll()
        .executeTakeFirst()
      if (!begun) return 'key taken'
      await appendAudit(trx, entry(begun))
      return { run: begun }
    })
  } catch (error) {
    if (sqlStateOf(error) === uniqueViolation) return run.undo_of ? 'undone' : 'overtaken'
    throw error
  }
}

/** One after another for one user: two that look at the same moment would both find the way free. In one order for all, so that none wait for each other. */
export async function lockUsers(trx: StoreQueries, userIds: readonly string[]): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(key) FROM (
    SELECT DISTINCT hashtextextended('rollcall run ' || user_id, 0) AS key FROM unnest(${userIds}::text[]) AS u (user_id) ORDER BY key
  ) AS in_order`.execute(trx)
}

const uniqueViolation = '23505'
export const after = (ms: number) => sql<Date>`now() + ${ms} * interval '1 millisecond'`

/** @returns false when the run is not this server's any more */
export async function renewLease(db: StoreQueries, runId: string, leaseMs: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('action_runs')
    .set({ lease_until: after(leaseMs) })
    .where('run_id', '=', runId)
    .where('phase', '=', 'started')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export interface RunEnd {
  phase: 'done' | 'failed' | 'not-begun'
  changes: FieldChange[]
  failure: RunFailure | null
  steps: RunStep[]
}

/** @returns the run as it ended; undefined when somebody else has said how it ended */
export function endRun(
  trx: StoreQueries,
  runId: string,
  { phase, changes, failure, steps }: RunEnd,
): Promise<RunRow | undefined> {
  return trx
    .updateTable('action_runs')
    .set({
      phase,
      changes: storableJson(changes),
      failure: failure && storableJson(failure),
      steps: storableJson(steps),
      ended_at: sql<Date>`now()`,
    })
    .where('run_id', '=', runId)
    .where('phase', '=', 'started')
    .returningAll()
    .executeTakeFirst()
}

/** How a run has ended, and what the audit log says of it. */
export interface EndedRun extends RunEnd {
  runId: string
  entry(ended: RunRow): AuditFacts
}

/**
 * Records how a run ended.
 * @returns the run as it ended; where somebody else has recorded it before, whatever they said
 */
export function recordEnd(db: StoreQueries, { runId, entry, ...end }: EndedRun): Promise<RunRow | undefined> {
  return transaction(db, async (trx) => {
    const ended = await endRun(trx, runId, end)
    if (!ended) return findRun(trx, runId)
    await appendAudit(trx, entry(ended))
    return ended
  })
}

/** Takes over one run whose server is gone. */
export async function takeLapsedRun(db: StoreQueries, leaseMs: number): Promise<RunRow | undefined> {
  return db
    .updateTable('action_runs')
    .set({ lease_until: after(leaseMs) })
    .where('run_id', '=', (lapsed) =>
      lapsed
        .selectFrom('action_runs')
        .select('run_id')
        .where('phase', '=', 'started')
        .where('lease_until', '<', sql<Date>`now()`)
        .orderBy('lease_until')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .executeTakeFirst()
}
