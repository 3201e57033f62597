import type { Readable } from 'node:stream'
import type { ExportAuditQuery } from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import type { Sight } from '../../custom-fields/custom-fields.ts'
import { hiddenValue } from '../../custom-fields/hide.ts'
import { spreadsheetText } from '../../spreadsheet-text.ts'
import type { Store } from '../../store/open-store.ts'
import { matching } from './find-entries.ts'

/** What stands in a column of its own in CSV. */
const members = ['actorId', 'actorKind', 'action', 'phase', 'subjectId', 'otherSubjectId', 'reason', 'ip', 'userAgent', 'requestId', 'runId', 'undoOf', 'jobId', 'tenant', 'changes', 'answer'] // prettier-ignore
const moment = sql`to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/**
 * Every entry that matches, newest first, as a stream of one moment's truth.
 * @param sight of whoever asks
 */
export function exportAudit(
  store: Store,
  { format, ...filter }: ExportAuditQuery,
  { hidden }: Sight,
): Promise<Readable> {
  const entry = hidden.size === 0 ? sql`entry::jsonb` : masked([...hidden])
  const which = sql`FROM audit_log WHERE ${matching(filter)} ORDER BY seq DESC`
  if (format === 'ndjson') {
    const own = sql`jsonb_build_object('seq', seq, 'at', ${moment}, 'hash', encode(hash, 'hex'))`
    return store.copyJson(sql`SELECT ${entry} || ${own} ${which}`)
  }
  const columns = members.map(
    (name) =>
      sql`${spreadsheetText(sql`${name === 'changes' ? entry : sql`entry`}->>${sql.lit(name)}`)} AS ${sql.id(name)}`,
  )
  return store.copyCsv(sql`SELECT seq, ${moment} AS at, ${sql.join(columns)}, encode(hash, 'hex') AS hash ${which}`)
}

/** An entry whose changes of these fields are told without their values. */
const masked = (hidden: string[]) => {
  const mask = JSON.stringify({ before: hiddenValue, after: hiddenValue })
  return sql`jsonb_set(entry::jsonb, '{changes}', coalesce((
    SELECT jsonb_agg(CASE WHEN change->>'field' = ANY (${hidden}::text[]) THEN change || ${mask}::jsonb ELSE change END ORDER BY place)
    FROM jsonb_array_elements(entry::jsonb->'changes') WITH ORDINALITY AS changes(change, place)), '[]'))`
}
