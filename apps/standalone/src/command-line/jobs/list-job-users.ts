import type { JobUserPage } from '@rollcall/contracts/admin-api'
import { defineCommand } from '../command.ts'
import { printPages } from '../print-pages.ts'
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
    await printPages(
      { api, screen, isJson: json ?? false },
      {
        path: jobPath(readId(words, 'job'), 'users'),
        query: { state, code },
        atOnce: 200,
        columns: ['user_id', 'email', 'state', 'why'],
        rowsOf: (page: JobUserPage) => page.users,
        cellsOf: ({ userId, email, state: at, problem }) => [userId, email ?? '', at, problem?.message ?? ''],
      },
    )
  },
})
