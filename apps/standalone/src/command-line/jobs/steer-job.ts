import type { Job } from '@rollcall/contracts/admin-api'
import { confirm } from '../agree.ts'
import { defineCommand, type Command } from '../command.ts'
import { misused } from '../failure.ts'
import { plainStep } from '../plain-step.ts'
import { readNumber } from '../read-number.ts'
import { readId } from '../read-id.ts'
import { tellPlan } from './tell-plan.ts'
import { followJob, jobPath, whileJobIs } from './watch-job.ts'

const startJob = defineCommand({
  name: ['jobs', 'start'],
  summary: 'Start a job whose dry run is over, and follow it',
  takes: 'JOB',
  options: {
    users: { type: 'string', value: 'N', help: 'to how many it is to be done: with another number it is not started' },
    detach: { type: 'boolean', help: 'do not follow it' },
  },
  async run({ words, options: { users: written, detach, json = false }, api, screen, signal }) {
    const jobId = readId(words, 'job')
    const watching = { api, screen, signal }
    let users = readNumber('users', written)
    if (users === undefined) {
      if (!screen.canAsk) throw misused('Nobody can be asked here how many are meant.', 'Write --users N.')
      const planned = await whileJobIs(['planning'], await api.get<Job>(jobPath(jobId)), watching)
      await tellPlan(screen, planned)
      users = planned.counts.waiting
      await confirm(screen, `${planned.action} to ${users} users?`, users)
    }
    const started: Job = await api.post(jobPath(jobId, 'start'), { users })
    if (!detach) return followJob(started, { ...watching, isJson: json })
    await (json ? screen.json(started) : screen.say(started.jobId, '  ', started.phase))
  },
})

const watchJob = defineCommand({
  name: ['jobs', 'watch'],
  summary: 'Follow a job to its end',
  takes: 'JOB',
  options: {},
  more: ['Ends with 0 when it was done to all of them. Interrupted, it leaves the job as it is.'],
  async run({ words, options, api, screen, signal }) {
    const job: Job = await api.get(jobPath(readId(words, 'job')))
    return followJob(job, { api, screen, signal, isJson: options.json ?? false })
  },
})

const undoJob = defineCommand({
  name: ['jobs', 'undo'],
  summary: 'Plan to put back what a job has changed',
  takes: 'JOB',
  options: { reason: { type: 'string', value: 'TEXT', help: 'why, for the audit log' } },
  more: ['Makes a job of its own, which rollcall jobs start begins.'],
  async run({ words, options: { reason, json }, api, screen, signal }) {
    const job: Job = await api.post(jobPath(readId(words, 'job'), 'undo'), { ...(reason !== undefined && { reason }) })
    const planned = await whileJobIs(['planning'], job, { api, screen, signal })
    if (json) return screen.json(planned)
    await tellPlan(screen, planned)
    await screen.say(planned.jobId, '  ', planned.phase)
  },
})

export const steerJob: readonly Command[] = [
  startJob,
  watchJob,
  plainStep('job', 'pause', 'Pause a job: who is under way is finished'),
  plainStep('job', 'resume', 'Go on with a job'),
  plainStep('job', 'cancel', 'End a job: what is done stays done'),
  plainStep('job', 'retry', 'Try those of a job again who failed'),
  undoJob,
]
