import type { UserCount } from '@rollcall/contracts/admin-api'
import { defineCommand } from '../command.ts'
import { readFilter, whichOptions } from './which-users.ts'

export const countUsers = defineCommand({
  name: ['users', 'count'],
  summary: 'Say how many users match',
  takes: '[FILTER]',
  options: whichOptions,
  examples: ["rollcall users count 'blocked:true'"],
  async run({ words, options, api, screen }) {
    const count: UserCount = await api.get('users/count', { filter: readFilter(words, options) })
    return options.json ? screen.json(count) : screen.say(String(count.users))
  },
})
