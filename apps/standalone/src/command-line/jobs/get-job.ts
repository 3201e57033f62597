import type { Job } from '@rollcall/contracts/admin-api'
import { defineCommand } from '../command.ts'
import { readId } from '../read-id.ts'
import { tellPlan } from './tell-plan.ts'
import { tellUnmatched } from './tell-unmatched.ts'
import { jobPath } from './watch-job.ts'

export const getJob = defineCommand({
  name: ['jobs', 'get'],
  summary: 'Show one job, and what its dry run found',
  takes: 'JOB',
  options: {},
  more: ['--json prints one document, as GET /api/jobs/{jobId} answers it.'],
  async run({ words, options, api, screen }) {
    const job: Job = await api.get(jobPath(readId(words, 'job')))
    if (options.json) return screen.json(job)
    const { phase, counts, actorName, actorId, reason, problem } = job
    await screen.say(
      `${phase}: ${counts.done} done, ${counts.failed} failed, ${counts.excluded} left out, ${counts.waiting} wait`,
    )
    await screen.say(`  by ${actorName ?? actorId}${reason === null ? '' : `: ${reason}`}`)
    if (problem) await screen.say(`  It stands still: ${problem.message}`)
    await tellPlan(screen, job)
    await tellUnmatched({ api, screen }, job)
  },
})
