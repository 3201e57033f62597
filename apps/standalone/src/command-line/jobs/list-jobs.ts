import type { JobPage } from '@rollcall/contracts/admin-api'
import { defineCommand } from '../command.ts'
import { readNumber } from '../read-number.ts'
import { openTable } from '../table.ts'

export const listJobs = defineCommand({
  name: ['jobs', 'list'],
  summary: 'List jobs, the newest first',
  takes: '',
  options: {
    phase: { type: 'string', value: 'PHASE', help: 'planned, running, paused, done, …' },
    limit: { type: 'string', value: 'N', help: 'so many at most (50)' },
  },
  async run({ options: { phase, limit, json }, api, screen }) {
    const most = readNumber('limit', limit) ?? 50
    const table = openTable(screen, ['job', 'action', 'phase', 'users', 'done', 'failed', 'created'])
    let printed = 0
    for (let after: string | undefined; printed < most;) {
      const page: JobPage = await api.get('jobs', { phase, after, limit: Math.min(100, most - printed) })
      if (json) for (const job of page.jobs) await screen.json(job)
      else {
        await table.rows(
          page.jobs.map(({ jobId, action, phase: at, counts, createdAt }) =>
            [jobId, action, at, counts.users, counts.done, counts.failed, createdAt].map(String),
          ),
        )
      }
      printed += page.jobs.length
      if (page.next === null) return
      after = page.next
    }
  },
})
