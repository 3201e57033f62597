import type { Job } from '@rollcall/contracts/admin-api'
import { CommandFailed, exitCodes } from '../failure.ts'
import { whilePhaseIs, type Watching } from '../follow.ts'
import { pathOf } from '../path-of.ts'
import { tellDecision } from './tell-decision.ts'

export const jobPath = pathOf('job')

/** Waits while a job is in one of these phases, and shows how far it is. @returns it as it is then */
export const whileJobIs = (phases: readonly Job['phase'][], job: Job, watching: Watching): Promise<Job> =>
  whilePhaseIs(
    phases,
    {
      thing: job,
      path: jobPath(job.jobId),
      what: job.phase === 'planning' ? 'Looking' : job.action,
      howFar: ({ phase, counts, planned }) =>
        phase === 'planning'
          ? { done: planned, total: undefined }
          : { done: counts.users - counts.waiting, total: counts.users },
    },
    watching,
  )

/**
 * Follows a job to its end, or to where it waits for somebody.
 * @returns the exit code: done is when it was done to all of them
 */
export async function followJob(job: Job, { isJson, ...watching }: Watching & { isJson: boolean }): Promise<number> {
  const { screen } = watching
  const ended = await whileJobIs(['planning', 'running'], job, watching).catch((error: unknown) => {
    if (watching.signal.aborted) screen.tell(`The job goes on: rollcall jobs watch ${job.jobId}`)
    throw error
  })
  const { jobId, phase, counts, problem } = ended
  if (isJson) await screen.json(ended)
  else {
    const words = [`${counts.done} done`, `${counts.failed} failed`, `${counts.excluded} left out`, ...(counts.waiting > 0 ? [`${counts.waiting} wait`] : [])]
    await screen.say(`${phase}: ${words.join(', ')}`)
    if (phase === 'cancelled') await tellDecision(screen, ended)
    if (counts.failed > 0) screen.tell(`rollcall jobs users ${jobId} --state failed tells why.`)
  } // prettier-ignore
  if (phase === 'waiting-for-approval')
    throw new CommandFailed(exitCodes.inTheWay, 'waiting-for-approval', 'It waits for somebody else to approve it.', {
      hints: [`rollcall jobs approve ${jobId}, or in the dashboard`],
    })
  if (phase === 'failed') throw new CommandFailed(exitCodes.failed, problem?.code ?? 'job-failed', problem?.message ?? 'It could not be planned.')
  return phase === 'done' && counts.failed === 0 ? exitCodes.done : exitCodes.failed
} // prettier-ignore
