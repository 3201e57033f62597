import type { Readable } from 'node:stream'
import type { ExportAuditQuery } from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import { spreadsheetText } from '../../spreadsheet-text.ts'
import type { Store } from '../../store/open-store.ts'
import { matching } from './find-entries.ts'

/** What stands in a column of its own in CSV. */
const members = ['actorId', 'actorKind', 'action', 'phase', 'subjectId', 'reason', 'ip', 'userAgent', 'requestId', 'runId', 'undoOf', 'jobId', 'tenant', 'changes', 'answer'] // prettier-ignore
const moment = sql`to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** Every entry that matches, newest first, as a stream of one moment's truth. */
export function exportAudit(store: Store, { format, ...filter }: ExportAuditQuery): Promise<Readable> {
  const which = sql`FROM audit_log WHERE ${matching(filter)} ORDER BY seq DESC`
  if (format === 'ndjson') {
    const own = sql`jsonb_build_object('seq', seq, 'at', ${moment}, 'hash', encode(hash, 'hex'))`
    return store.copyJson(sql`SELECT entry::jsonb || ${own} ${which}`)
  }
  const columns = members.map((name) => sql`${spreadsheetText(sql`entry->>${sql.lit(name)}`)} AS ${sql.id(name)}`)
  return store.copyCsv(sql`SELECT seq, ${moment} AS at, ${sql.join(columns)}, encode(hash, 'hex') AS hash ${which}`)
}
