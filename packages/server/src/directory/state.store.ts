import { sql, type Selectable } from '@rollcall/database'
import type { StoreQueries } from '../store/open-store.ts'
import type { FillProgress, PendingKind, RollcallSchema } from '../store/schema.ts'

export type DirectoryState = Selectable<RollcallSchema['directory_state']>

export function readState(db: StoreQueries): Promise<DirectoryState> {
  return db.selectFrom('directory_state').selectAll().executeTakeFirstOrThrow()
}

/** Moves the log's checkpoint on. @returns false when somebody else has: what belongs to the move is then theirs, too */
export async function moveCheckpoint(
  trx: StoreQueries,
  { from, to }: { from: string | null; to: string },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('directory_state')
    .set({ checkpoint: to })
    .where(sql<boolean>`checkpoint IS NOT DISTINCT FROM ${from}`)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** @returns false when another fill has been begun meanwhile */
export async function saveFill(
  trx: StoreQueries,
  { jobId, fill }: { jobId: string | null; fill: FillProgress | null },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('directory_state')
    .set({ fill: fill === null ? null : JSON.stringify(fill) })
    .where(sql<boolean>`fill->>'jobId' IS NOT DISTINCT FROM ${jobId}`)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export interface PendingNote {
  kind: PendingKind
  id: string
}

/**
 * Notes what is to be read again. What is noted already does not get younger by it.
 * @param since the moment of which the copy shows this: what was changed after it may be missing until it is read
 */
export async function notePending(
  trx: StoreQueries,
  { notes, since }: { notes: PendingNote[]; since: Date },
): Promise<void> {
  if (notes.length === 0) return
  await sql`
    INSERT INTO pending (kind, id, noted, since)
    SELECT n.kind, n.id, nextval('pending_notes'), ${since}::timestamptz
    FROM (SELECT DISTINCT kind, id FROM jsonb_to_recordset(${JSON.stringify(notes)}::jsonb) AS r (kind text, id text) ORDER BY kind, id) AS n
    ON CONFLICT (kind, id) DO UPDATE SET noted = excluded.noted, since = least(pending.since, excluded.since), not_before = now(), attempts = 0,
      awaits_log = false`.execute(trx)
}

/** For so long the tenant's log may take to tell of a change of our own. */
const logTakesMs = 5000

/**
 * Notes users whom we have changed and written down as the tenant answered: the log will tell the same, and then there is nothing to read. What
 * is noted for another reason stays so.
 */
export async function noteWritten(
  trx: StoreQueries,
  { userIds, since }: { userIds: readonly string[]; since: Date },
): Promise<void> {
  await sql`
    INSERT INTO pending (kind, id, noted, since, not_before, awaits_log)
    SELECT 'user', u.id, nextval('pending_notes'), ${since}::timestamptz, now() + ${logTakesMs} * interval '1 millisecond', true
    FROM (SELECT DISTINCT id FROM unnest(${userIds}::text[]) AS w (id) ORDER BY id) AS u
    ON CONFLICT (kind, id) DO UPDATE SET noted = excluded.noted, since = least(pending.since, excluded.since),
      not_before = CASE WHEN pending.awaits_log THEN excluded.not_before ELSE pending.not_before END`.execute(trx)
}

/** A number higher than those of all that was noted before. */
export async function takeNote(db: StoreQueries): Promise<number> {
  const { rows } = await sql<{ noted: number }>`SELECT nextval('pending_notes') AS noted`.execute(db)
  return rows[0]?.noted ?? 0
}
