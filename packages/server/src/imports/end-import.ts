import { sql } from '@rollcall/database'
import { appendAudit } from '../audit/audit.store.ts'
import { told } from '../audit/own-entry.ts'
import type { StoreQueries } from '../store/open-store.ts'
import { auditImport } from './audit-import.ts'
import { tellOfImport } from './events.ts'
import type { ImportEntry } from './imports.store.ts'

/** All that was to be sent has an outcome. To be the last of its transaction. */
export async function endIfOver(trx: StoreQueries, importId: string): Promise<void> {
  const ended = await trx
    .updateTable('imports')
    .set({ phase: 'done', ended_at: sql<Date>`now()`, problem: null })
    .where('import_id', '=', importId)
    .where('phase', '=', 'running')
    .where(sql<boolean>`done + failed + unknown >= to_create + to_update`)
    .returningAll()
    .executeTakeFirst()
  if (!ended) return
  await tellOfImport(trx, importId)
  await auditEnd(trx, ended)
}

/** What came of it, in numbers. */
export async function auditEnd(trx: StoreQueries, ended: ImportEntry): Promise<void> {
  const { rows, invalid, skipped, done, failed, unknown, created, updated } = ended
  const changes = told({ rows, invalid, skipped, done, failed, unknown, created, updated })
  await appendAudit(trx, auditImport(ended, 'import.end', { changes }))
}
