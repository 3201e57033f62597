import type { JobSchedule } from '@rollcall/contracts/admin-api'
import { paramOptions, readParams } from '../actions/read-params.ts'
import { findServerAction } from '../actions/server-actions.ts'
import type { ApiClient } from '../api-client.ts'
import { defineCommand, type Values } from '../command.ts'
import { misused } from '../failure.ts'
import { findView } from '../jobs/find-view.ts'
import { selectionOptions } from '../jobs/read-selection.ts'
import { readFilter } from '../users/which-users.ts'
import { tellSteered } from './steer-schedule.ts'

const whomOptions = {
  filter: { ...selectionOptions.filter, help: 'whom, all who match when a dry run is made' },
  view: { ...selectionOptions.view, help: 'the same, with the filter that a saved view has now' },
} as const

export const createSchedule = defineCommand({
  name: ['schedules', 'create'],
  summary: 'Have a dry run of an action made regularly, the first one at once',
  takes: 'ACTION --name TEXT --every day|week|month --filter FILTER',
  options: {
    name: { type: 'string', value: 'TEXT', help: 'what it is called' },
    every: { type: 'string', value: 'INTERVAL', help: 'day, week or month' },
    ...whomOptions,
    ...paramOptions,
    reason: { type: 'string', value: 'TEXT', help: 'why, for the audit log' },
  },
  more: [
    'It changes nobody by itself: what a dry run finds waits until you start it (rollcall jobs start), and the next dry run takes its place.',
    'Needs manage:jobs, and what the action needs.',
  ],
  examples: [
    "rollcall schedules create block --name 'Not seen for a year' --every week --filter 'last_login:<now-1y blocked:false'",
  ],
  async run({ words, options, api, screen }) {
    const { name, every, reason, json = false } = options
    const [written, ...others] = words
    if (written === undefined || others.length > 0)
      throw misused('Say one action: rollcall users actions lists what there is.')
    if (name === undefined) throw misused('Say what it is called: --name TEXT.')
    if (every === undefined) throw misused('Say how often: --every day, week or month.')
    const action = await findServerAction(api, written, { isCommand: false })
    const params = await readParams(action, options)
    const filter = await readWhom(api, options)
    const asked = { name, action: action.name, params, filter, every, ...(reason !== undefined && { reason }) }
    await tellSteered(screen, await api.post<JobSchedule>('job-schedules', asked), { isJson: json })
  },
})

/** A dry run that is made again and again finds anew whom it is about, so there is no list. */
async function readWhom(api: ApiClient, { filter, view }: Values<typeof whomOptions>): Promise<string> {
  if (view !== undefined) {
    if (filter !== undefined) throw misused('--filter and --view exclude each other.')
    return (await findView(api, view)).filter
  }
  if (filter === undefined || filter.trim() === '')
    throw misused('Say whom: --filter FILTER, or --view VIEW. Everybody is written *.')
  return readFilter([filter], {}) ?? ''
}
