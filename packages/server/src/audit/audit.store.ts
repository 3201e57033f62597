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
  const { rows } = await sql<{ seq: number }>`SELECT append_audit(${entryOf(facts)}) AS seq`.execute(trx)
  return rows[0]?.seq ?? 0
}

/** The same of several, one after the other in this order. */
export async function appendAudits(trx: StoreQueries, entries: readonly AuditFacts[]): Promise<void> {
  if (entries.length === 0) return
  await sql`SELECT append_audit(entry) FROM (
    SELECT entry FROM unnest(${entries.map(entryOf)}::text[]) WITH ORDINALITY AS e (entry, place) ORDER BY place
  ) AS in_order`.execute(trx)
}

const entryOf = (facts: AuditFacts): string => storableJson({ ...facts, changes: withoutSecrets(facts.changes) })
