import type { CleanUp, UserCount } from '@rollcall/contracts/admin-api'
import { defineCommand } from './command.ts'
import { misused } from './failure.ts'
import { openTable } from './table.ts'

export const showCleanUp = defineCommand({
  name: ['clean-up'],
  summary: 'Count accounts that may be nobody’s any more, with what is suggested for them',
  takes: '',
  options: {},
  more: ['It changes nobody. What is suggested can be undone, and a dry run comes first.'],
  examples: [
    "rollcall users block --filter 'last_login:<now-1y blocked:false' --dry-run",
    "rollcall schedules create block --name 'Not seen for a year' --every week --filter 'last_login:<now-1y blocked:false'",
  ],
  async run({ words, options, api, screen }) {
    if (words.length > 0) throw misused('It takes no words.')
    const { segments }: CleanUp = await api.get('clean-up')
    const counted = []
    for (const segment of segments) {
      const { users }: UserCount = await api.get('users/count', { filter: segment.filter })
      counted.push({ ...segment, users })
    }
    if (options.json) for (const one of counted) await screen.json(one)
    else
      await openTable(screen, ['segment', 'users', 'suggested', 'filter']).rows(
        counted.map(({ name, users, action, filter }) => [name, String(users), action, filter]),
      )
  },
})
