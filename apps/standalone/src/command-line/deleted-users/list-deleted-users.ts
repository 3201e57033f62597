import type { DeletedUserPage } from '@rollcall/contracts/admin-api'
import { defineCommand } from '../command.ts'
import { misused } from '../failure.ts'
import { printPages } from '../print-pages.ts'
import { readNumber } from '../read-number.ts'

export const listDeletedUsers = defineCommand({
  name: ['deleted-users', 'list'],
  summary: 'List who is to be deleted, and who can be restored, the latest first',
  takes: '',
  options: {
    state: { type: 'string', value: 'STATE', help: 'scheduled: to be deleted; deleted: can be restored' },
    search: { type: 'string', value: 'TEXT', help: 'a part of the name, the address or the id' },
    actor: { type: 'string', value: 'ID', help: 'who did it; rollcall: it was scheduled before' },
    from: { type: 'string', value: 'MOMENT', help: 'scheduled or deleted since 2026-11-01T00:00:00Z, say' },
    to: { type: 'string', value: 'MOMENT', help: 'scheduled or deleted before then' },
    'until-from': { type: 'string', value: 'MOMENT', help: 'to be deleted, or their copy destroyed, since then' },
    'until-to': { type: 'string', value: 'MOMENT', help: 'to be deleted, or their copy destroyed, before then' },
    problems: { type: 'boolean', help: 'those alone with whom something is in the way' },
    limit: { type: 'string', value: 'N', help: 'so many at most (50)' },
    all: { type: 'boolean', help: 'all of them' },
  },
  examples: [
    'rollcall deleted-users list --state deleted --search acme --all --json | rollcall users restore --from - --dry-run',
  ],
  async run({ words, options, api, screen }) {
    const { state, search, actor, from, to, problems, limit, all, json = false } = options
    if (words.length > 0) throw misused('It takes options and no words.', `Write --search '${words.join(' ')}'.`)
    if (all && limit !== undefined) throw misused('--all and --limit exclude each other.')
    const until = { untilFrom: options['until-from'], untilTo: options['until-to'] }
    await printPages(
      { api, screen, isJson: json },
      {
        path: 'deleted-users',
        query: { state, search, actor, from, to, ...until, has: problems ? 'problem' : undefined },
        ...(!all && { most: readNumber('limit', limit) ?? 50 }),
        atOnce: 200,
        columns: ['user_id', 'email', 'state', 'at', 'until', 'by', 'in the way'],
        rowsOf: (page: DeletedUserPage) => page.users,
        cellsOf: ({ userId, email, state: now, at, until: then, actorName, actorId, problem }) =>
          [userId, email ?? '', now, at, then, actorName ?? actorId, problem?.message ?? ''], // prettier-ignore
      },
    )
  },
})
