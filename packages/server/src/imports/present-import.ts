import type { ImportRow, UserImport } from '@rollcall/contracts/admin-api'
import type { ImportUserTable } from '../store/schema.ts'
import { endedOf, waitingOf, type ImportEntry } from './imports.store.ts'

export interface PresentImport {
  entry: ImportEntry
  viewerId: string
  /** By the id of whoever did something, as far as they are known. */
  names: ReadonlyMap<string, string>
  now: Date
}

export function presentImport({ entry, viewerId, names, now }: PresentImport): UserImport {
  const { rows, invalid, skipped, done, failed, unknown, created, updated } = entry
  const waiting = waitingOf(entry)
  return {
    importId: entry.import_id,
    name: entry.file_name,
    format: entry.format,
    bytes: entry.bytes,
    connection: entry.connection,
    mode: entry.mode,
    columns: entry.columns,
    phase: entry.phase,
    counts: { rows, invalid, skipped, waiting, done, failed, unknown, toCreate: entry.to_create, toUpdate: entry.to_update, created, updated },
    looked: entry.looked,
    findings: entry.findings,
    problem: entry.problem,
    ...paceOf(entry, waiting, now),
    actorId: entry.actor_id,
    actorName: names.get(entry.actor_id) ?? null,
    isMine: entry.actor_id === viewerId,
    createdAt: entry.created_at.toISOString(),
    startedAt: entry.started_at?.toISOString() ?? null,
    endedAt: entry.ended_at?.toISOString() ?? null,
  }
} // prettier-ignore

/** Since it last began. */
function paceOf(entry: ImportEntry, waiting: number, now: Date): Pick<UserImport, 'usersPerSecond' | 'secondsLeft'> {
  const ended = endedOf(entry) - entry.ended_before
  const seconds = (now.getTime() - (entry.resumed_at?.getTime() ?? now.getTime())) / 1000
  if (entry.phase !== 'running' || ended <= 0 || seconds <= 0) return { usersPerSecond: null, secondsLeft: null }
  const usersPerSecond = ended / seconds
  return { usersPerSecond: Math.round(usersPerSecond * 100) / 100, secondsLeft: Math.ceil(waiting / usersPerSecond) }
}

export type ImportUserEntry = Pick<ImportUserTable, 'place' | 'line' | 'state' | 'email' | 'username' | 'user_id' | 'new_id' | 'there_id' | 'code' | 'message'> // prettier-ignore

export function presentImportRow(row: ImportUserEntry): ImportRow {
  const id = row.user_id ?? (row.state === 'done' ? row.new_id : null)
  return {
    place: row.place,
    line: row.line,
    state: row.state,
    email: row.email,
    username: row.username,
    userId: row.there_id ?? (id === null ? null : `auth0|${id}`),
    problem: row.code === null ? null : { code: row.code, message: row.message ?? '' },
  }
}
