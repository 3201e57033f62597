import type { JobDeps } from './deps.ts'
import type { JobRow } from './jobs.store.ts'

/** Whether policy wants a second person for so many users. */
export function needsApproval(
  { approvalAbove }: Pick<JobDeps, 'approvalAbove'>,
  { action, users, excluded }: Pick<JobRow, 'action' | 'users' | 'excluded'>,
): boolean {
  const above = approvalAbove.get(action)
  return above !== undefined && users - excluded > above
}
