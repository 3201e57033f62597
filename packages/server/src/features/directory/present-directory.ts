import type { DirectoryStatus } from '@rollcall/contracts/admin-api'
import type { DirectoryStatus as Status } from '../../directory/directory.ts'

/** @param users how many the copy holds */
export function presentDirectory(status: Status, users: number | null): DirectoryStatus {
  const { fill } = status
  return {
    state: status.filledAt ? (status.state === 'behind' ? 'behind' : 'current') : 'filling',
    asOf: status.asOf?.toISOString() ?? null,
    users,
    fill: fill
      ? {
          users: fill.users.done,
          total: fill.users.total,
          usersPerSecond: fill.rowsPerSecond,
          secondsLeft: fill.secondsLeft,
          startedAt: fill.startedAt.toISOString(),
        }
      : null,
    problem: status.problem && { ...status.problem, at: status.problem.at.toISOString() },
  }
}
