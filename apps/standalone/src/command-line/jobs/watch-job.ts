import { setTimeout as sleep } from 'node:timers/promises'
import type { Job } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../api-client.ts'
import { CommandFailed, exitCodes } from '../failure.ts'
import type { Screen } from '../screen.ts'

/** Soon at first, for most jobs are small; then now and then. */
const nextLookMs = (looks: number) => Math.min(100 * 1.5 ** looks, 1000)

export interface Watching {
  api: ApiClient
  screen: Screen
  signal: AbortSignal
}

export const jobPath = (jobId: string, step?: string) =>
  `jobs/${encodeURIComponent(jobId)}${step === undefined ? '' : `/${step}`}`

/** Waits while a job is in one of these phases, and shows how far it is. @returns it as it is then */
export async function whileJobIs(
  phases: readonly Job['phase'][],
  job: Job,
  { api, screen, signal }: Watching,
): Promise<Job> {
  const progress = screen.progress(job.phase === 'planning' ? 'Looking' : job.action)
  let current = job
  let toldOf: string | undefined
  for (let looks = 0; phases.includes(current.phase); looks += 1) {
    const { phase, counts, planned, problem } = current
    if (phase === 'planning') progress.update(planned, undefined)
    else progress.update(counts.users - counts.waiting, counts.users)
    if (problem && problem.code !== toldOf) screen.tell(`It stands still: ${problem.message}`)
    toldOf = problem?.code
    await sleep(nextLookMs(looks), undefined, { signal })
    current = await api.get(jobPath(job.jobId))
  }
  progress.clear()
  return current
}

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
    if (counts.failed > 0) screen.tell(`rollcall jobs users ${jobId} --state failed tells why.`)
  } // prettier-ignore
  if (phase === 'waiting-for-approval')
    throw new CommandFailed(exitCodes.inTheWay, 'waiting-for-approval', 'It waits for somebody else to approve it.')
  if (phase === 'failed') throw new CommandFailed(exitCodes.failed, problem?.code ?? 'job-failed', problem?.message ?? 'It could not be planned.')
  return phase === 'done' && counts.failed === 0 ? exitCodes.done : exitCodes.failed
} // prettier-ignore
