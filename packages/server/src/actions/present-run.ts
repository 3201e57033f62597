import type { ActionRun } from '@rollcall/contracts/admin-api'
import type { Sight } from '../custom-fields/custom-fields.ts'
import { maskChanges } from '../custom-fields/hide.ts'
import type { RunRow } from './runs.store.ts'
import { presentStep, tokensUntil } from './steps.ts'

const undoForMs = 30 * 86_400_000

/**
 * @param undoing the run that undid it, or is about to
 * @param sight of whoever asks
 */
export function presentRun(run: RunRow, undoing: RunRow | undefined, sight: Sight): ActionRun {
  const until = undoableUntil(run)
  const why = whyNoUndo(run, undoing !== undefined, until)
  return {
    runId: run.run_id,
    action: run.action,
    userId: run.user_id,
    actorId: run.actor_id,
    phase: run.phase,
    reason: run.reason,
    startedAt: run.started_at.toISOString(),
    endedAt: run.ended_at?.toISOString() ?? null,
    changes: maskChanges(run.changes, sight),
    failure: run.failure,
    steps: run.steps.map(presentStep),
    accessTokensUntil: tokensUntil(run.steps, run.ended_at)?.toISOString() ?? null,
    undo: { isPossible: why === null, until: why === null ? until.toISOString() : null, why },
    undoOf: run.undo_of,
    undoneBy: undoing?.run_id ?? null,
  }
}

export const undoableUntil = ({ started_at: startedAt }: Pick<RunRow, 'started_at'>) =>
  new Date(startedAt.getTime() + undoForMs)

/** @returns null when it can be undone */
export function whyNoUndo(
  { phase, undo }: Pick<RunRow, 'phase' | 'undo'>,
  isUndone: boolean,
  until: Date,
  now: Date = new Date(),
): string | null {
  if ('why' in undo) return undo.why
  if (phase !== 'done') return 'Only what was done whole is undone by itself.'
  if (isUndone) return 'It has been undone.'
  return now > until ? 'It was too long ago.' : null
}
