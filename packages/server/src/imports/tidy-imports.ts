import { sql, transaction } from '@rollcall/database'
import { appendAudit } from '../audit/audit.store.ts'
import { problemNow } from '../store/problem-now.ts'
import { auditImport } from './audit-import.ts'
import type { ImportDeps } from './deps.ts'
import { auditEnd } from './end-import.ts'
import { changeImport } from './imports.store.ts'

/** For so long a file that nobody starts is kept. */
const startWithinDays = 7
/** For so long the lines of an import that is over, with addresses and what became of them. */
const reportKeptDays = 90

/** What files held of people goes as soon as it has been of use: passwords first of all. */
export async function tidyImports({ store, tenant }: ImportDeps): Promise<void> {
  const { db } = store
  const lapsed = await db
    .selectFrom('imports')
    .select('import_id')
    .where('tenant', '=', tenant.origin)
    .where('phase', 'in', ['checking', 'checked', 'failed'])
    .where(sql<boolean>`created_at < now() - ${startWithinDays} * interval '1 day'`)
    .execute()
  for (const { import_id: importId } of lapsed) {
    const problem = problemNow({ code: 'lapsed', message: `Nobody has started it for ${startWithinDays} days.` })
    await transaction(db, async (trx) => {
      const change = { phase: 'cancelled', ended_at: sql<Date>`now()`, problem } as const
      const entry = await changeImport(trx, { importId, from: ['checking', 'checked', 'failed'] }, change)
      if (entry) await appendAudit(trx, auditImport(entry, 'import.lapse', { changes: [] }))
    })
  }
  // Once it is started the columns are what they are.
  await sql`DELETE FROM import_rows r USING imports i
    WHERE i.import_id = r.import_id AND i.tenant = ${tenant.origin} AND NOT i.is_wiped AND i.phase NOT IN ('checking', 'checked', 'failed')`.execute(db)
  const over = await db
    .selectFrom('imports')
    .select('import_id')
    .where('tenant', '=', tenant.origin)
    .where('is_wiped', '=', false)
    .where('phase', 'in', ['done', 'cancelled'])
    .where(sql<boolean>`NOT EXISTS (SELECT FROM import_chunks c WHERE c.import_id = imports.import_id AND c.state <> 'settled' AND c.attempts > 0)`)
    .execute()
  for (const { import_id: importId } of over) {
    await transaction(db, async (trx) => {
      await sql`UPDATE import_users SET content = NULL WHERE import_id = ${importId} AND content IS NOT NULL`.execute(trx)
      const wiped = await trx.updateTable('imports').set({ is_wiped: true, findings: withoutSamples, columns: columnsWithoutSamples }).where('import_id', '=', importId).where('is_wiped', '=', false).returningAll().executeTakeFirst()
      // What was sent before it was cancelled has come to its end only now.
      if (wiped?.phase === 'cancelled' && wiped.started_at) await auditEnd(trx, wiped)
    })
  }
  await sql`DELETE FROM import_users u USING imports i
    WHERE i.import_id = u.import_id AND i.tenant = ${tenant.origin} AND i.ended_at < now() - ${reportKeptDays} * interval '1 day'`.execute(db)
} // prettier-ignore

const withoutSamples = sql<string>`jsonb_set(findings, '{samples}', '[]')`
const columnsWithoutSamples = sql<string>`(SELECT coalesce(jsonb_agg(jsonb_set(c.value, '{samples}', '[]') ORDER BY c.ordinality), '[]')
  FROM jsonb_array_elements(columns) WITH ORDINALITY c)` // prettier-ignore
