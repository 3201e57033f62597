import { sql, transaction } from '@rollcall/database'
import { appendAudits } from '../audit/audit.store.ts'
import type { StoreQueries } from '../store/open-store.ts'
import { storableJson } from '../store/storable.ts'
import { after, lockUsers, type EndedRun, type LatestRun, type RunRow, type WantedRun } from './runs.store.ts'

/** Of several at once what `runs.store.ts` does for one: each is answered in the order of the asking. */
type Answers<Result> = ({ answer: Result } | undefined)[]

export async function findRunsByKeys(
  db: StoreQueries,
  asked: readonly { actorId: string; key: string }[],
): Promise<Answers<RunRow | undefined>> {
  const found = await db
    .selectFrom('action_runs')
    .selectAll()
    .where(
      sql<boolean>`(actor_id, idempotency_key) IN (SELECT * FROM unnest(${asked.map(({ actorId }) => actorId)}::text[], ${asked.map(({ key }) => key)}::text[]))`,
    )
    .execute()
  return asked.map(({ actorId, key }) => ({
    answer: found.find((run) => run.actor_id === actorId && run.idempotency_key === key),
  }))
} // prettier-ignore

export async function findLatestRuns(
  db: StoreQueries,
  userIds: readonly string[],
): Promise<Answers<LatestRun | undefined>> {
  const { rows } = await sql<LatestRun & { user_id: string }>`
    SELECT u.user_id, r.* FROM (SELECT DISTINCT user_id FROM unnest(${userIds}::text[]) AS u (user_id)) u, LATERAL (
      SELECT run_id, seq, phase FROM action_runs WHERE user_id = u.user_id ORDER BY seq DESC LIMIT 1) r`.execute(db)
  return userIds.map((userId) => ({ answer: rows.find((row) => row.user_id === userId) }))
}

const newRun = `run_id uuid, action text, user_id text, actor_id text, reason text, origin text, before text, wanted text, undo text, steps text,
  undo_of uuid, idempotency_key text, request_hash text, latest_seq bigint, place int`

/** Who is not answered has to be asked for alone: somebody came first, or there are two runs of one user among these. */
export function claimRuns(
  db: StoreQueries,
  wanted: readonly WantedRun[],
  leaseMs: number,
): Promise<Answers<{ run: RunRow }>> {
  const rows = wanted.map(({ run, latestSeq }, place) => ({ ...run, latest_seq: latestSeq, place }))
  return transaction(db, async (trx) => {
    await lockUsers(trx, wanted.map(({ run }) => run.user_id))
    const { rows: begun } = await sql<RunRow>`
      INSERT INTO action_runs (run_id, action, user_id, actor_id, reason, origin, before, wanted, undo, steps, undo_of, idempotency_key,
        request_hash, phase, lease_until)
      SELECT run_id, action, user_id, actor_id, reason, origin::jsonb, before::jsonb, wanted::jsonb, undo::jsonb, steps::jsonb, undo_of, idempotency_key,
        request_hash, 'started', ${after(leaseMs)}
      FROM (
        SELECT DISTINCT ON (user_id) * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r (${sql.raw(newRun)}) ORDER BY user_id, place
      ) w
      WHERE latest_seq = coalesce((SELECT max(seq) FROM action_runs r WHERE r.user_id = w.user_id), 0)
        AND NOT EXISTS (SELECT FROM action_runs r WHERE r.undo_of = w.undo_of AND r.phase IN ('started', 'done'))
      ORDER BY place
      ON CONFLICT (actor_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
      RETURNING *`.execute(trx)
    const runs = new Map(begun.map((run) => [run.run_id, run]))
    const claimed = wanted.map(({ run: { run_id: runId }, entry }) => ({ run: runs.get(runId), entry }))
    await appendAudits(trx, claimed.flatMap(({ run, entry }) => (run ? [entry(run)] : [])))
    return claimed.map(({ run }) => run && { answer: { run } })
  })
} // prettier-ignore

/** Who is not answered has been ended by somebody else. */
export function endRuns(db: StoreQueries, ended: readonly EndedRun[]): Promise<Answers<RunRow>> {
  const rows = ended.map(({ runId, phase, changes, failure, steps }) => ({
    run_id: runId,
    phase,
    changes: storableJson(changes),
    failure: failure && storableJson(failure),
    steps: storableJson(steps),
  }))
  return transaction(db, async (trx) => {
    const { rows: written } = await sql<RunRow>`
      UPDATE action_runs r SET phase = e.phase, changes = e.changes::jsonb, failure = e.failure::jsonb, steps = e.steps::jsonb, ended_at = now()
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS e (run_id uuid, phase text, changes text, failure text, steps text)
      WHERE r.run_id = e.run_id AND r.phase = 'started'
      RETURNING r.*`.execute(trx)
    const runs = new Map(written.map((run) => [run.run_id, run]))
    const told = ended.map(({ runId, entry }) => ({ run: runs.get(runId), entry }))
    await appendAudits(trx, told.flatMap(({ run, entry }) => (run ? [entry(run)] : [])))
    return told.map(({ run }) => run && { answer: run })
  })
} // prettier-ignore
