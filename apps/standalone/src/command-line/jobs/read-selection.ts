import type { Readable } from 'node:stream'
import type { JobSelection } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../api-client.ts'
import type { Options, Values } from '../command.ts'
import { misused } from '../failure.ts'
import { readEntries } from '../read-entries.ts'
import { readFilter } from '../users/which-users.ts'
import { findView } from './find-view.ts'

/** Whom the server is to find by itself, so that nothing goes to and fro for each of them. */
export const selectionOptions = {
  filter: { type: 'string', value: 'FILTER', help: 'whom, all who match: done by the server as a job' },
  view: { type: 'string', value: 'VIEW', help: 'the same, of a saved view, by its name or id' },
  from: { type: 'string', value: 'FILE', help: 'the same, of a list as --ids takes it; - is standard input' },
} as const satisfies Options

/**
 * @returns undefined when none of the options is there
 * @throws CommandFailed for two of them, and for what is nobody
 */
export async function readSelection(
  { filter, view, from }: Values<typeof selectionOptions>,
  { api, stdin }: { api: ApiClient; stdin: Readable },
): Promise<JobSelection | undefined> {
  const given = [filter, view, from].filter((one) => one !== undefined)
  if (given.length === 0) return undefined
  if (given.length > 1) throw misused('--filter, --view and --from exclude each other.')
  if (view !== undefined) return { kind: 'view', viewId: (await findView(api, view)).id }
  if (from !== undefined) return { kind: 'list', entries: await readEntries([], { file: from, option: 'from', stdin }) }
  if (filter === undefined || filter.trim() === '') throw misused('--filter is empty. Everybody is written *.')
  return { kind: 'filter', filter: readFilter([filter], {}) ?? '', except: [] }
}
