import type { AuditEntry } from '@rollcall/contracts/admin-api'

/** One thing that was done: its newest entry says how it went, and an earlier one when it was begun. */
export interface AuditRun {
  entry: AuditEntry
  /** undefined: not among these entries */
  startedAt: string | undefined
}

/** @param entries newest first, as the API answers them: each run begins and ends in an entry of its own */
export function toRuns(entries: readonly AuditEntry[]): AuditRun[] {
  const runs = new Map<string, AuditRun>()
  for (const entry of entries) {
    const known = runs.get(entry.runId)
    if (known) known.startedAt = entry.at
    else runs.set(entry.runId, { entry, startedAt: entry.phase === 'started' ? entry.at : undefined })
  }
  return [...runs.values()]
}
