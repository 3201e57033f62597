import type { Job, JobDrift } from '@rollcall/contracts/admin-api'
import { confirm } from '../agree.ts'
import { defineCommand, type Command } from '../command.ts'
import { misused } from '../failure.ts'
import { readId } from '../read-id.ts'
import { readNumber } from '../read-number.ts'
import { yellow, type Screen } from '../screen.ts'
import { tellPlan } from './tell-plan.ts'
import { jobPath } from './watch-job.ts'

const byAPerson =
  'Needs approve:actions, and a person who did not ask for it: their access token in ROLLCALL_TOKEN. A program decides nothing.'

const approveJob = defineCommand({
  name: ['jobs', 'approve'],
  summary: 'Let a job begin that waits for a second person',
  takes: 'JOB',
  options: {
    users: { type: 'string', value: 'N', help: 'to how many it is to be done: with another number it is not approved' },
    comment: { type: 'string', value: 'TEXT', help: 'for whoever asked, and the audit log' },
  },
  more: ['Shows what the dry run found, and what has changed since.', byAPerson],
  async run({ words, options: { users: written, comment, json = false }, api, screen }) {
    const jobId = readId(words, 'job')
    let users = readNumber('users', written)
    if (users === undefined) {
      if (!screen.canAsk) throw misused('Nobody can be asked here how many are meant.', 'Write --users N.')
      const job: Job = await api.get(jobPath(jobId))
      await screen.say(
        `${job.actorName ?? job.actorId} asks for it${job.reason === null ? '' : `, because: ${job.reason}`}`,
      )
      await tellPlan(screen, job)
      await tellDrift(screen, await api.get<JobDrift>(jobPath(jobId, 'drift')))
      users = job.counts.waiting
      await confirm(screen, `Let ${job.action} be done to ${users} users?`, users)
    }
    const approved: Job = await api.post(jobPath(jobId, 'approve'), {
      users,
      ...(comment !== undefined && { comment }),
    })
    await (json ? screen.json(approved) : screen.say(jobId, '  ', approved.phase))
  },
})

/** What has changed since the dry run. */
async function tellDrift(screen: Screen, { plannedAt, departed, changed, noLongerMatching }: JobDrift): Promise<void> {
  const since = Object.entries({ gone: departed, changed, 'no longer found by the filter': noLongerMatching })
  for (const [what, users] of since)
    if (users > 0) await screen.say('  ', yellow(`${users} ${what} since ${plannedAt}`))
}

const refuseJob = defineCommand({
  name: ['jobs', 'refuse'],
  summary: 'End a job that waits for a second person',
  takes: 'JOB',
  options: { comment: { type: 'string', value: 'TEXT', help: 'why, for whoever asked, and the audit log: needed' } },
  more: [byAPerson],
  async run({ words, options: { comment, json = false }, api, screen }) {
    const jobId = readId(words, 'job')
    if (comment === undefined) throw misused('Say why: --comment TEXT.')
    const refused: Job = await api.post(jobPath(jobId, 'refuse'), { comment })
    await (json ? screen.json(refused) : screen.say(jobId, '  ', refused.phase))
  },
})

export const decideOnJob: readonly Command[] = [approveJob, refuseJob]
