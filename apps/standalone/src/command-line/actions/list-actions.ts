import { defineCommand } from '../command.ts'
import { openTable } from '../table.ts'
import { describeParam, readServerActions, shortName } from './server-actions.ts'

export const listActions = defineCommand({
  name: ['users', 'actions'],
  summary: 'List what this server can do to users',
  takes: '',
  options: {},
  more: ['Each is a command: rollcall users NAME. Asks for no token.'],
  async run({ api, screen, options }) {
    const actions = await readServerActions(api)
    if (options.json) {
      for (const action of actions) await screen.json(action)
      return
    }
    await openTable(screen, ['name', 'what it does', 'parameters']).rows(
      actions.map(({ name, summary, params }) => [
        shortName(name),
        summary,
        Object.entries(params).map(([param, schema]) => describeParam(param, schema)).join(' '),
      ]),
    ) // prettier-ignore
  },
})
