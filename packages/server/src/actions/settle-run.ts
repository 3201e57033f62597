import { isDeepStrictEqual } from 'node:util'
import type { FieldChange } from '@rollcall/contracts/admin-api'
import type { RunFailure, RunStep } from '../store/schema.ts'
import type { StateAfter } from './define-action.ts'
import type { RunEnd, RunRow } from './runs.store.ts'
import { isUndone, settleSteps, stepsFailure } from './steps.ts'
import type { UserState } from './user-state.ts'
import { readState, type StateReader } from './facts.ts'
import { changesBetween, factsOf, isUnreadable, readFields } from './fields.ts'

export interface SettledRun extends RunEnd {
  /** As the tenant has it now. */
  after: StateAfter
}

/**
 * How a run ended of which nobody knows: told by comparing what it wanted with the tenant. It is not begun again.
 * @param told what whoever did it knows all the same
 * @throws RollcallError when the tenant cannot be asked
 */
export async function settleRun(
  reader: StateReader,
  run: Pick<RunRow, 'user_id' | 'before' | 'wanted' | 'steps'>,
  told: StateAfter = {},
): Promise<SettledRun> {
  const { before, wanted } = run
  const fields = Object.keys(wanted)
  const state = await readState(reader, run.user_id, factsOf(fields))
  const now = readFields({ ...state, ...(told.password && { password: told.password }) }, fields)
  const after: StateAfter = { ...state, user: state.user ?? null }
  const changes = changesBetween(before, now)
  const isAsWanted = fields.every((field) => isDeepStrictEqual(now[field], wanted[field]))
  if (run.steps.length > 0) {
    const steps = settleSteps(run.steps, { wanted, now, reports: told.steps ?? [] })
    return { ...endOfSteps(steps, changes), changes, steps, after }
  }
  const ending = { changes, steps: [], after }
  if (fields.length === 0 || fields.some(isUnreadable)) return { phase: 'failed', failure: unknowable, ...ending }
  if (isAsWanted) return { phase: 'done', failure: null, ...ending }
  if (changes.length === 0) return { phase: 'not-begun', failure: notBegun, ...ending }
  return { phase: 'failed', failure: partly(state), ...ending }
}

function endOfSteps(steps: RunStep[], changes: FieldChange[]): Pick<RunEnd, 'phase' | 'failure'> {
  const undone = steps.filter(isUndone)
  if (undone.length === 0) return { phase: 'done', failure: null }
  const isBegun = changes.length > 0 || undone.some(({ problem, result }) => result === 'unknown' || problem?.code !== 'interrupted')
  return isBegun ? { phase: 'failed', failure: stepsFailure(steps) } : { phase: 'not-begun', failure: notBegun }
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
