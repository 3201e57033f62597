import { isDeepStrictEqual } from 'node:util'
import type { RunFailure } from '../store/schema.ts'
import type { StateAfter } from './define-action.ts'
import type { RunEnd, RunRow } from './runs.store.ts'
import { changesBetween, factsOf, readFields, readState, type StateReader, type UserState } from './user-state.ts'

export interface SettledRun extends RunEnd {
  /** As the tenant has it now. */
  after: StateAfter
}

/**
 * How a run ended of which nobody knows: told by comparing what it wanted with the tenant. It is not begun again.
 * @throws RollcallError when the tenant cannot be asked
 */
export async function settleRun(reader: StateReader, run: Pick<RunRow, 'user_id' | 'before' | 'wanted'>): Promise<SettledRun> {
  const { before, wanted } = run
  const fields = Object.keys(wanted)
  const state = await readState(reader, run.user_id, factsOf(fields))
  const now = readFields(state, fields)
  const after: StateAfter = { ...state, user: state.user ?? null }
  const changes = changesBetween(before, now)
  const isAsWanted = fields.every((field) => isDeepStrictEqual(now[field], wanted[field]))
  if (fields.length > 0 && isAsWanted) return { phase: 'done', changes, failure: null, after }
  if (fields.length > 0 && changes.length === 0) return { phase: 'not-begun', changes, failure: notBegun, after }
  return { phase: 'failed', changes, failure: fields.length === 0 ? unknowable : partly(state), after }
} // prettier-ignore

const notBegun: RunFailure = {
  status: 503,
  code: 'not-begun',
  message: 'It was interrupted, and the tenant shows nothing of it: do it again.',
}
const unknowable: RunFailure = {
  status: 503,
  code: 'outcome-unknown',
  message: 'It was interrupted, and nothing in the tenant tells whether it was done.',
}
const partly = ({ user }: UserState): RunFailure => ({
  status: 503,
  code: 'interrupted',
  message: user
    ? 'It was interrupted, and the tenant shows a part of it.'
    : 'It was interrupted, and the user is gone.',
})
