import type { UserPage } from '@rollcall/contracts/admin-api'
import { defineCommand, type Call, type Options } from '../command.ts'
import { misused } from '../failure.ts'
import { readNumber } from '../read-number.ts'
import { dim } from '../screen.ts'
import { openTable } from '../table.ts'
import { furtherColumns, userCells, usualColumns } from './user-cells.ts'
import { readFilter, whichOptions } from './which-users.ts'

/** Of the server's own. */
const mostPerPage = 200

export const listOptions = {
  ...whichOptions,
  sort: {
    type: 'string',
    value: 'COLUMN',
    help: 'a minus before it sorts downwards: -created_at, which is the default',
  },
  limit: { type: 'string', value: 'N', help: 'so many at most (50)' },
  all: { type: 'boolean', help: 'all of them' },
  columns: { type: 'string', value: 'A,B', help: `what to show (${usualColumns.join(',')})` },
} as const satisfies Options

export const listUsers = defineCommand({
  name: ['users', 'list'],
  summary: 'List users',
  takes: '[FILTER]',
  options: listOptions,
  more: [
    'FILTER is in the language of docs/filters.md; without one it is everybody. --json prints a line for each user.',
  ],
  examples: [
    'rollcall users list',
    "rollcall users list 'connection:github NOT blocked:true last_login:<now-1y' --all",
    'rollcall users list role:editor --columns user_id,roles,app_metadata.plan --sort -last_login',
  ],
  async run(call) {
    await printUsers(call, readFilter(call.words, call.options))
  },
})

type ListCall = Pick<Call<typeof listOptions>, 'options' | 'api' | 'screen'>

/** Prints who matches, page by page as they come. @returns how many were printed */
export async function printUsers({ options, api, screen }: ListCall, filter: string | undefined): Promise<number> {
  const columns = options.columns === undefined ? usualColumns : options.columns.split(',').filter(Boolean)
  const most = options.all ? Infinity : (readNumber('limit', options.limit) ?? 50)
  if (options.all && options.limit !== undefined) throw misused('--all and --limit exclude each other.')
  const table = openTable(screen, columns)
  let printed = 0
  let found: UserPage['count'] = null
  for (let after: string | undefined; printed < most;) {
    const limit = Math.min(most - printed, mostPerPage)
    const further = furtherColumns(columns)
    const page: UserPage = await api.get('users', {
      filter,
      sort: options.sort,
      limit,
      after,
      columns: further.length > 0 ? further.join(',') : undefined,
      count: screen.isTerminal && !options.json ? undefined : 'none',
    })
    found ??= page.count
    if (options.json) for (const user of page.users) await screen.json(user)
    else await table.rows(page.users.map((user) => userCells(user, columns)))
    printed += page.users.length
    if (page.next === null) {
      // Auth0, asked live, shows a thousand of a search. Whoever wanted all has to know.
      if (page.reachable !== null && found && found.users > page.reachable)
        screen.tell(
          `The tenant shows ${page.reachable} of ${found.users} and no more: narrow the filter to see the others.`,
        )
      break
    }
    after = page.next
  }
  if (!options.json && screen.isTerminal) {
    const of =
      found && found.users > printed ? ` of ${found.users.toLocaleString('en')}${found.isExact ? '' : ' or more'}` : ''
    screen.tell(dim(`${printed.toLocaleString('en')}${of} ${(found?.users ?? printed) === 1 ? 'user' : 'users'}`))
  }
  return printed
}
