import { doAction } from './actions/do-action.ts'
import { listActions } from './actions/list-actions.ts'
import { undoRun } from './actions/undo-run.ts'
import type { Command } from './command.ts'
import { listDeletedUsers } from './deleted-users/list-deleted-users.ts'
import { reportDeletedUsers } from './deleted-users/report-deleted-users.ts'
import { misused } from './failure.ts'
import { getImport } from './imports/get-import.ts'
import { importUsers } from './imports/import-users.ts'
import { listImportRows } from './imports/list-import-rows.ts'
import { listImports } from './imports/list-imports.ts'
import { reportImport } from './imports/report-import.ts'
import { steerImport } from './imports/steer-import.ts'
import { decideOnJob } from './jobs/decide-on-job.ts'
import { getJob } from './jobs/get-job.ts'
import { listJobUsers } from './jobs/list-job-users.ts'
import { listJobs } from './jobs/list-jobs.ts'
import { setJobSpeed } from './jobs/set-job-speed.ts'
import { steerJob } from './jobs/steer-job.ts'
import { nearest } from './nearest.ts'
import { createSchedule } from './schedules/create-schedule.ts'
import { getSchedule } from './schedules/get-schedule.ts'
import { listSchedules } from './schedules/list-schedules.ts'
import { steerSchedule } from './schedules/steer-schedule.ts'
import { showCleanUp } from './show-clean-up.ts'
import { showMe } from './show-me.ts'
import { countUsers } from './users/count-users.ts'
import { exportUsers } from './users/export-users.ts'
import { findUsers } from './users/find-users.ts'
import { getUser } from './users/get-user.ts'
import { listUsers } from './users/list-users.ts'

export const commands: readonly Command[] = [
  listUsers,
  countUsers,
  getUser,
  findUsers,
  exportUsers,
  importUsers,
  listActions,
  doAction,
  undoRun,
  listJobs,
  getJob,
  listJobUsers,
  ...steerJob,
  setJobSpeed,
  ...decideOnJob,
  listSchedules,
  getSchedule,
  createSchedule,
  ...steerSchedule,
  listImports,
  getImport,
  listImportRows,
  reportImport,
  ...steerImport,
  showCleanUp,
  listDeletedUsers,
  reportDeletedUsers,
  showMe,
]

/** Words that stand before others: `users`, `jobs`, `schedules`. */
export const groups = [...new Set(commands.filter(({ name }) => name.length > 1).map(({ name }) => name[0] ?? ''))]

/**
 * @param args the whole command line
 * @returns the command, and what stands after its name. `users block` is `users do block`: which actions there are, the server knows.
 * @throws CommandFailed for a word that begins none
 */
export function findCommand(args: string[]): { command: Command; args: string[] } {
  const [first = '', second] = args
  for (const command of commands) {
    if (command.name.every((word, at) => args[at] === word)) return { command, args: args.slice(command.name.length) }
  }
  if (first === 'users' && second !== undefined && !second.startsWith('-'))
    return { command: doAction, args: args.slice(1) }
  if (groups.includes(first)) throw unknown(args.slice(0, 2).join(' '), namesIn(first))
  throw unknown(first, [
    ...groups,
    ...commands.filter(({ name }) => name.length === 1).map(({ name }) => name.join(' ')),
  ])
}

/** The commands of a group: `users list`, … */
export const namesIn = (group: string) =>
  commands.filter(({ name }) => name[0] === group && name.length > 1).map(({ name }) => name.join(' '))

function unknown(written: string, known: string[]) {
  const near = nearest(written, known)
  return misused(
    `There is no command rollcall ${written}.`,
    ...(near === undefined ? [] : [`Did you mean rollcall ${near}?`]),
    'rollcall --help lists them.',
  )
}
