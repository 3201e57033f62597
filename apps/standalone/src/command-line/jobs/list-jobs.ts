import type { JobPage } from '@rollcall/contracts/admin-api'
import { defineCommand } from '../command.ts'
import { printPages } from '../print-pages.ts'
import { readNumber } from '../read-number.ts'

export const listJobs = defineCommand({
  name: ['jobs', 'list'],
  summary: 'List jobs, the newest first',
  takes: '',
  options: {
    phase: { type: 'string', value: 'PHASE', help: 'planned, running, paused, done, …' },
    limit: { type: 'string', value: 'N', help: 'so many at most (50)' },
  },
  async run({ options: { phase, limit, json }, api, screen }) {
    await printPages(
      { api, screen, isJson: json ?? false },
      {
        path: 'jobs',
        query: { phase },
        most: readNumber('limit', limit) ?? 50,
        atOnce: 100,
        columns: ['job', 'action', 'phase', 'users', 'done', 'failed', 'created'],
        rowsOf: (page: JobPage) => page.jobs,
        cellsOf: ({ jobId, action, phase: at, counts, createdAt }) =>
          [jobId, action, at, counts.users, counts.done, counts.failed, createdAt].map(String),
      },
    )
  },
})
