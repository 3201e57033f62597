import type { Job, NewJob } from '@rollcall/contracts/admin-api'
import { confirm } from '../actions/confirm-loss.ts'
import { CommandFailed, exitCodes, misused } from '../failure.ts'
import { tellPlan } from './tell-plan.ts'
import { followJob, jobPath, whileJobIs, type Watching } from './watch-job.ts'

export interface ManyOptions {
  isJson: boolean
  isDryRun: boolean
  /** Whoever sits there is not asked. */
  isAgreed: boolean
  /** So many it is to be: with another number nothing is done. */
  users: number | undefined
  isDetached: boolean
}

/** Has the server do an action to many: looks first, starts when the number is agreed to, and follows it. @returns the exit code */
export async function doToMany(watching: Watching, wanted: Partial<NewJob>, options: ManyOptions): Promise<number> {
  const { api, screen } = watching
  const { isJson, isDryRun, isAgreed, users, isDetached } = options
  if (!isDryRun && !isAgreed && users === undefined && !screen.canAsk)
    throw misused(
      'Nobody can be asked here whether that is meant.',
      'Write --yes, or --users N if it is to be N of them.',
    )
  const created: Job = await api.post('jobs', wanted)
  const drop = (): Promise<Job> => api.post(jobPath(created.jobId, 'cancel'), {})
  let planned = created
  try {
    planned = await whileJobIs(['planning'], created, watching)
    if (planned.phase !== 'planned') return await followJob(planned, { ...watching, isJson })
    const isOver = isDryRun || planned.counts.waiting === 0
    if (!isJson) await tellPlan(screen, planned)
    else if (isOver) await screen.json(planned)
    if (isOver) {
      await drop()
      return exitCodes.done
    }
    await agree(watching, planned, options)
  } catch (error) {
    // Nothing that nobody agreed to is left waiting to be started.
    if (planned.phase === 'planning' || planned.phase === 'planned') await drop()
    throw error
  }
  const started: Job = await api.post(jobPath(created.jobId, 'start'), { users: planned.counts.waiting })
  if (!isDetached) return followJob(started, { ...watching, isJson })
  await (isJson ? screen.json(started) : screen.say(started.jobId))
  return exitCodes.done
}

async function agree({ screen }: Watching, { action, counts }: Job, { isAgreed, users }: ManyOptions): Promise<void> {
  if (users !== undefined && users !== counts.waiting) {
    throw new CommandFailed(exitCodes.inTheWay, 'other-number', `It would be ${counts.waiting} users, and not ${users}: nothing was done.`)
  }
  if (users === undefined && !isAgreed) await confirm(screen, `${action} to ${counts.waiting} users?`, counts.waiting)
} // prettier-ignore
