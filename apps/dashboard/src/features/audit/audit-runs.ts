import type { AuditEntry } from '@rollcall/contracts/admin-api'

/** One thing that was done: its newest entry says how it went, and an earlier one when it was begun. */
export interface AuditRun {
  entry: AuditEntry
  /** undefined: not among these entries */
  startedAt: string | undefined
}

/**
 * What is Rollcall's own, as a job is, has an entry for each of its steps, and all of them under its id: only what was begun is one with how it ended.
 * @param entries newest first, as the API answers them: each run of an action begins and ends in an entry of its own
 */
export function toRuns(entries: readonly AuditEntry[]): AuditRun[] {
  const runs: AuditRun[] = []
  const ended = new Map<string, AuditRun>()
  for (const entry of entries) {
    const isBegun = entry.phase === 'started'
    const known = isBegun ? ended.get(entry.runId) : undefined
    if (known) known.startedAt = entry.at
    else {
      const run = { entry, startedAt: isBegun ? entry.at : undefined }
      runs.push(run)
      ended.set(entry.runId, run)
    }
  }
  return runs
}
