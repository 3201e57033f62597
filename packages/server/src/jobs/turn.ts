/** A user whose turn it is, in the hands of one server. */
export interface HeldUser {
  place: number
  userId: string
  attempt: number
  undoOf: string | null
}

export interface Told {
  code: string
  message: string
}

/** What became of one user's turn. */
export type Turn =
  | { state: 'done'; runId: string }
  | { state: 'failed' | 'excluded'; problem: Told; runId: string | null }
  /** Not yet: to be tried again, as a new run or as the one that is still under way. */
  | { state: 'waiting'; problem: Told; isNewRun: boolean; afterMs: number; standsStill: StandStill | null }

/** Why nobody's turn can come just now: for a time, or until somebody has mended it. */
export type StandStill = 'for a time' | 'until resumed'
