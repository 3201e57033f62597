import type { JobScheduleList } from '@rollcall/contracts/admin-api'
import { defineCommand } from '../command.ts'
import { openTable } from '../table.ts'

export const listSchedules = defineCommand({
  name: ['schedules', 'list'],
  summary: 'List the dry runs that are made regularly, by name',
  takes: '',
  options: {},
  more: ['Yours, and with read:audit or approve:actions those of others.'],
  async run({ options, api, screen }) {
    const { schedules }: JobScheduleList = await api.get('job-schedules')
    if (options.json) {
      for (const schedule of schedules) await screen.json(schedule)
      return
    }
    await openTable(screen, ['schedule', 'name', 'action', 'every', 'next', 'found', 'by']).rows(
      schedules.map(({ scheduleId, name, action, every, nextAt, latest, actorName, actorId }) => [
        scheduleId,
        name,
        action,
        every,
        nextAt ?? 'paused',
        latest ? String(latest.counts.users - latest.counts.excluded) : '',
        actorName ?? actorId,
      ]),
    )
  },
})
