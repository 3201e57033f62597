import type { AuditEntry, AuditPage, AuditQuery } from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import type { StoreQueries } from '../../store/open-store.ts'
import { matching } from './find-entries.ts'

interface EntryRow {
  seq: number
  at: Date
  entry: Omit<AuditEntry, 'seq' | 'at' | 'hash'>
  hash: string
}

/** One page of what staff did, newest first. */
export async function listAudit(db: StoreQueries, { limit, after, ...filter }: AuditQuery): Promise<AuditPage> {
  const before = after === undefined ? sql`` : sql`AND seq < ${Number(after)}`
  const [{ rows }, head] = await Promise.all([
    sql<EntryRow>`SELECT seq, at, entry, encode(hash, 'hex') AS hash FROM audit_log
      WHERE ${matching(filter)} ${before} ORDER BY seq DESC LIMIT ${limit + 1}`.execute(db),
    db.selectFrom('audit_head').select(['seq', 'hash']).executeTakeFirstOrThrow(),
  ])
  const page = rows.slice(0, limit)
  return {
    entries: page.map(({ seq, at, entry, hash }) => ({ ...entry, seq, at: at.toISOString(), hash })),
    next: rows.length > limit ? String(page.at(-1)?.seq) : null,
    head: { seq: head.seq, hash: head.hash.toString('hex') },
  }
}
