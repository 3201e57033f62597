import type { AuditEntry, TimelineEntry } from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import type { StoreQueries } from '../../store/open-store.ts'
import { concerns } from '../audit/find-entries.ts'

export interface StaffActionsWanted {
  userId: string
  /** Not this moment itself; undefined: however old. */
  after: Date | undefined
  /** This moment, too. */
  until: Date
  limit: number
}

/** What staff did to somebody and how it ended, newest first, of the audit log; what is still under way is left out. */
export async function listStaffActions(
  db: StoreQueries,
  { userId, after, until, limit }: StaffActionsWanted,
): Promise<TimelineEntry[]> {
  const { rows } = await sql<{ at: Date; entry: AuditEntry }>`SELECT at, entry FROM audit_log
    WHERE ${concerns(userId)} AND entry->>'phase' <> 'started' AND at <= ${until}
      ${after ? sql`AND at > ${after}` : sql``} ORDER BY seq DESC LIMIT ${limit}`.execute(db)
  return rows.map(({ at, entry: { runId, action, phase, reason, actorId, ip, userAgent } }) => ({
    entryId: runId,
    at: at.toISOString(),
    kind: 'staff',
    type: action,
    hasFailed: phase !== 'done',
    description: reason,
    actorId,
    address: ip,
    place: null,
    userAgent,
    connection: null,
    application: null,
    organization: null,
  }))
}
