import type { User } from '@rollcall/contracts/admin-api'
import { defineCommand } from '../command.ts'
import { misused } from '../failure.ts'
import { dim } from '../screen.ts'
import { findUserId } from './find-user-id.ts'
import { cellText } from './user-cells.ts'

export const getUser = defineCommand({
  name: ['users', 'get'],
  summary: 'Show one user',
  takes: 'ID|E-MAIL',
  options: {},
  more: ['--json prints one document, as GET /api/users/{userId} answers it.'],
  examples: ["rollcall users get 'auth0|655f1c2e9d3b7a0012ab34cd'", 'rollcall users get ada@example.com --json'],
  async run({ words, options, api, screen }) {
    const [written] = words
    if (written === undefined || words.length > 1) throw misused('Say one user, by id or e-mail address.')
    const user: User = await api.get(`users/${encodeURIComponent(await findUserId(api, written))}`)
    if (options.json) return screen.json(user)
    const fields = Object.entries(user).map(([name, value]) => [name, cellText(value)] as const)
    const widest = Math.max(...fields.map(([name]) => name.length))
    for (const [name, text] of fields) {
      if (!screen.isTerminal) await screen.row([name, text])
      else if (text !== '') await screen.say(dim(name.padEnd(widest + 2)), text)
    }
  },
})
