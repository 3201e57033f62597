import type { Job, NewJob } from '@rollcall/contracts/admin-api'
import { agree, checkAgreement, type Agreement } from '../agree.ts'
import { exitCodes } from '../failure.ts'
import type { Watching } from '../follow.ts'
import { tellPlan } from './tell-plan.ts'
import { tellUnmatched } from './tell-unmatched.ts'
import { followJob, jobPath, whileJobIs } from './watch-job.ts'

export interface ManyOptions extends Agreement {
  isJson: boolean
  isDryRun: boolean
  isDetached: boolean
}

/**
 * Has the server do an action to many: looks first, starts when the number is agreed to, and follows it.
 * @returns the exit code: done is when it was done to all of them, and nobody of a list is missing
 */
export async function doToMany(watching: Watching, wanted: Partial<NewJob>, options: ManyOptions): Promise<number> {
  const { api, screen } = watching
  const { isJson, isDryRun, isDetached } = options
  if (!isDryRun) checkAgreement(screen, options)
  const created: Job = await api.post('jobs', wanted)
  const drop = (): Promise<Job> => api.post(jobPath(created.jobId, 'cancel'), {})
  let planned = created
  try {
    planned = await whileJobIs(['planning'], created, watching)
    if (planned.phase !== 'planned') return await followJob(planned, { ...watching, isJson })
    const isOver = isDryRun || planned.counts.waiting === 0
    if (!isJson) {
      await tellPlan(screen, planned)
      await tellUnmatched(watching, planned)
    } else if (isOver) await screen.json(planned)
    if (isOver) {
      await drop()
      return endOf(planned)
    }
    const { action, counts } = planned
    await agree(screen, { question: `${action} to ${counts.waiting} users?`, waiting: counts.waiting }, options)
  } catch (error) {
    // Nothing that nobody agreed to is left waiting to be started.
    if (planned.phase === 'planning' || planned.phase === 'planned') await drop()
    throw error
  }
  const started: Job = await api.post(jobPath(created.jobId, 'start'), { users: planned.counts.waiting })
  if (!isDetached) return (await followJob(started, { ...watching, isJson })) || endOf(planned)
  await (isJson ? screen.json(started) : screen.say(started.jobId))
  return endOf(planned)
}

/** Whoever wrote a list meant everybody who is on it. */
const endOf = ({ selection }: Job) => (selection.unmatched > 0 ? exitCodes.failed : exitCodes.done)
