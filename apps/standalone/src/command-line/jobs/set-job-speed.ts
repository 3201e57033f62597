import type { Job } from '@rollcall/contracts/admin-api'
import { defineCommand } from '../command.ts'
import { misused } from '../failure.ts'
import { readId } from '../read-id.ts'
import { jobPath } from './watch-job.ts'

export const setJobSpeed = defineCommand({
  name: ['jobs', 'speed'],
  summary: 'Say how much of the tenant’s permitted rate a job may use',
  takes: 'JOB PER-CENT',
  options: {},
  examples: ['rollcall jobs speed JOB 25'],
  async run({ words, options: { json }, api, screen }) {
    const written = words.at(-1) ?? ''
    const [, digits] = /^(\d{1,3})%?$/.exec(written) ?? []
    if (words.length < 2 || digits === undefined) throw misused('Say which job, and how many per cent: 1 to 100.')
    const jobId = readId(words.slice(0, -1), 'job')
    const job: Job = await api.post(jobPath(jobId, 'speed'), { speed: Number(digits) })
    await (json ? screen.json(job) : screen.say(jobId, `  ${job.phase}, ${job.speed} %`))
  },
})
