import type { AuditEntry } from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import type { StoreQueries } from '../store/open-store.ts'
import { storableJson } from '../store/storable.ts'
import { withoutSecrets } from './without-secrets.ts'

/** An entry without what the log itself gives it. */
export type AuditFacts = Omit<AuditEntry, 'seq' | 'at' | 'hash'>

/**
 * Adds an entry. To be the last statement of its transaction: whoever appends next waits from here until the commit.
 * @returns its number
 */
export async function appendAudit(trx: StoreQueries, facts: AuditFacts): Promise<number> {
  const entry = storableJson({ ...facts, changes: withoutSecrets(facts.changes) })
  const { rows } = await sql<{ seq: number }>`SELECT append_audit(${entry}) AS seq`.execute(trx)
  return rows[0]?.seq ?? 0
}
