import type { AuditEntry, AuditPage, AuditQuery } from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import type { Sight } from '../../custom-fields/custom-fields.ts'
import { maskChanges } from '../../custom-fields/hide.ts'
import { namesOf, type NamesDeps } from '../../actors/names-of.ts'
import { matching } from './find-entries.ts'

interface EntryRow {
  seq: number
  at: Date
  entry: Omit<AuditEntry, 'seq' | 'at' | 'hash'>
  hash: string
}

/**
 * One page of what staff did, newest first.
 * @param sight of whoever asks
 */
export async function listAudit(
  { db, programNames }: NamesDeps,
  { limit, after, ...filter }: AuditQuery,
  sight: Sight,
): Promise<AuditPage> {
  const before = after === undefined ? sql`` : sql`AND seq < ${Number(after)}`
  const [{ rows }, head] = await Promise.all([
    sql<EntryRow>`SELECT seq, at, entry, encode(hash, 'hex') AS hash FROM audit_log
      WHERE ${matching(filter)} ${before} ORDER BY seq DESC LIMIT ${limit + 1}`.execute(db),
    db.selectFrom('audit_head').select(['seq', 'hash']).executeTakeFirstOrThrow(),
  ])
  const page = rows.slice(0, limit)
  const programs = page.flatMap(({ entry }) => (entry.actorKind === 'program' ? [entry.actorId] : []))
  return {
    entries: page.map(({ seq, at, entry, hash }) => ({
      ...entry,
      changes: maskChanges(entry.changes, sight),
      seq,
      at: at.toISOString(),
      hash,
    })),
    next: rows.length > limit ? String(page.at(-1)?.seq) : null,
    programs: Object.fromEntries(await namesOf({ db, programNames }, programs)),
    head: { seq: head.seq, hash: head.hash.toString('hex') },
  }
}
