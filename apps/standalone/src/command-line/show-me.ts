import type { Me } from '@rollcall/contracts/admin-api'
import { defineCommand } from './command.ts'

export const showMe = defineCommand({
  name: ['me'],
  summary: 'Say who you are to Rollcall, and what you may do',
  takes: '',
  options: {},
  async run({ api, screen, options }) {
    const me: Me = await api.get('me')
    if (options.json) return screen.json(me)
    await screen.say(`${me.userId} (${me.kind})`)
    for (const permission of me.permissions) await screen.say(permission)
  },
})
