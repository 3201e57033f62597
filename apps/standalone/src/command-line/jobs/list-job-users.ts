import type { JobUserPage } from '@rollcall/contracts/admin-api'
import { defineCommand } from '../command.ts'
import { openTable } from '../table.ts'
import { readId } from '../read-id.ts'
import { jobPath } from './watch-job.ts'

export const listJobUsers = defineCommand({
  name: ['jobs', 'users'],
  summary: 'Say how it went for each user of a job',
  takes: 'JOB',
  options: {
    state: { type: 'string', value: 'STATE', help: 'waiting, working, done, failed or excluded' },
    code: { type: 'string', value: 'CODE', help: 'of what was in the way' },
  },
  more: ['All of them, in the order of the job. --json prints a line for each.'],
  examples: ['rollcall jobs users JOB --state failed --json | rollcall users unblock -'],
  async run({ words, options: { state, code, json }, api, screen }) {
    const path = jobPath(readId(words, 'job'), 'users')
    const table = openTable(screen, ['user_id', 'email', 'state', 'why'])
    for (let after: number | undefined; ;) {
      const page: JobUserPage = await api.get(path, { state, code, after, limit: 200 })
      if (json) for (const user of page.users) await screen.json(user)
      else await table.rows(page.users.map(({ userId, email, state: at, problem }) => [userId, email ?? '', at, problem?.message ?? ''])) // prettier-ignore
      if (page.next === null) return
      after = page.next
    }
  },
})
