import type { ImportPhase } from '@rollcall/contracts/admin-api'
import { sql, type Selectable, type UpdateObject } from '@rollcall/database'
import { problemNow } from '../store/problem-now.ts'
import type { StoreQueries } from '../store/open-store.ts'
import type { RollcallSchema } from '../store/schema.ts'
import { tellOfImport } from './events.ts'

/** A row of `imports`; an import's own rows are those of its file. */
export type ImportEntry = Selectable<RollcallSchema['imports']>
export type ImportChange = UpdateObject<RollcallSchema, 'imports'>

/** Those of this tenant. */
export function findImport(db: StoreQueries, tenant: string, importId: string): Promise<ImportEntry | undefined> {
  return db
    .selectFrom('imports')
    .selectAll()
    .where('import_id', '=', importId)
    .where('tenant', '=', tenant)
    .executeTakeFirst()
}

/** @returns undefined when it is in none of these phases (any more) */
export async function changeImport(
  trx: StoreQueries,
  { importId, from, planNo }: { importId: string; from: readonly ImportPhase[]; planNo?: number },
  change: ImportChange,
): Promise<ImportEntry | undefined> {
  let query = trx.updateTable('imports').set(change).where('import_id', '=', importId).where('phase', 'in', from)
  if (planNo !== undefined) query = query.where('plan_no', '=', planNo)
  const changed = await query.returningAll().executeTakeFirst()
  if (changed) await tellOfImport(trx, importId)
  return changed
}

type Counted = Pick<ImportEntry, 'to_create' | 'to_update' | 'done' | 'failed' | 'unknown'>
export const endedOf = ({ done, failed, unknown }: Counted) => done + failed + unknown
export const waitingOf = (entry: Counted) => entry.to_create + entry.to_update - endedOf(entry)

/** To begin, or go on: how fast it goes is told from here on. */
export const beginning = (entry: Counted): ImportChange => ({
  phase: 'running',
  problem: null,
  resumed_at: sql<Date>`now()`,
  ended_before: endedOf(entry),
})

/** Why it stands still, or that it does no longer. */
export async function noteProblem(
  db: StoreQueries,
  importId: string,
  problem: { code: string; message: string } | null,
): Promise<void> {
  const noted = await db
    .updateTable('imports')
    .set({ problem: problem && problemNow(problem) })
    .where('import_id', '=', importId)
    .where('phase', '=', 'running')
    .where(problem ? sql<boolean>`true` : sql<boolean>`problem IS NOT NULL`)
    .returning('import_id')
    .executeTakeFirst()
  if (noted) await tellOfImport(db, importId)
}
