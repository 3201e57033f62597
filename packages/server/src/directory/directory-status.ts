import { sql } from '@rollcall/database'
import type { StoreQueries } from '../store/open-store.ts'
import { readState } from './state.store.ts'

export interface DirectoryStatus {
  /** `behind`: what is shown may be older than it should be, for the reason that `problem` tells. */
  state: 'filling' | 'current' | 'behind' | 'never-filled'
  /** Every change of the tenant until then is known here. */
  asOf: Date | null
  fill?: {
    /** Rows of the export done; of how many, as far as the tenant says. */
    users: { done: number; total: number | null }
    rowsPerSecond: number
    secondsLeft: number | null
    startedAt: Date
  }
  /** How much is noted and not read again yet. */
  pending: number
  problem: { code: string; message: string; at: Date } | null
  filledAt: Date | null
}

/**
 * @param tenant whose users are wanted: those of another one are as good as none
 * @param behindAfterMs how old what is known may be until it counts as behind
 */
export async function readDirectoryStatus(
  db: StoreQueries,
  { tenant, now, behindAfterMs }: { tenant: string; now: Date; behindAfterMs: number },
): Promise<DirectoryStatus> {
  const [state, { rows }] = await Promise.all([
    readState(db),
    sql<{ pending: number; since: Date | null }>`SELECT count(*) AS pending, min(since) AS since FROM pending`.execute(
      db,
    ),
  ])
  if (state.tenant !== tenant) return { state: 'never-filled', asOf: null, pending: 0, problem: null, filledAt: null }
  const { pending = 0, since = null } = rows[0] ?? {}
  const { fill, filled_at: filledAt, followed_at: followedAt, problem } = state
  const asOf = since !== null && followedAt !== null && since < followedAt ? since : followedAt
  const isCurrent = asOf !== null && now.getTime() - asOf.getTime() <= behindAfterMs
  return {
    state: filledAt === null ? (fill ? 'filling' : 'never-filled') : isCurrent ? 'current' : 'behind',
    asOf: filledAt === null ? null : asOf,
    ...(fill && {
      fill: {
        users: { done: fill.lines, total: fill.users },
        rowsPerSecond: fill.rowsPerSecond,
        secondsLeft:
          fill.users === null || fill.rowsPerSecond === 0
            ? null
            : Math.max(0, Math.ceil((fill.users - fill.lines) / fill.rowsPerSecond)),
        startedAt: new Date(fill.startedAt),
      },
    }),
    pending,
    problem: problem && { ...problem, at: new Date(problem.at) },
    filledAt,
  }
}
