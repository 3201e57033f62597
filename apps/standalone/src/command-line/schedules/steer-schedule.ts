import type { JobSchedule } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../api-client.ts'
import { defineCommand, type Command } from '../command.ts'
import { misused } from '../failure.ts'
import type { Screen } from '../screen.ts'
import { findSchedule, schedulePath } from './find-schedule.ts'

const ofOthers = 'Others, who see it, may pause and end it; to go on with it, or more often, is for whoever made it.'

/** What has become of a schedule: its id first, which is copied. */
export const tellSteered = (screen: Screen, schedule: JobSchedule, { isJson }: { isJson: boolean }): Promise<void> =>
  isJson
    ? screen.json(schedule)
    : screen.say(schedule.scheduleId, `  each ${schedule.every}${schedule.isPaused ? ', paused' : ''}`)

/** @param every as it was written: whether there is such an interval is the server's to say */
async function change(
  api: ApiClient,
  words: readonly string[],
  wish: { every: string } | { isPaused: boolean },
): Promise<JobSchedule> {
  const { scheduleId, every, isPaused } = await findSchedule(api, words)
  return api.put(schedulePath(scheduleId), { every, isPaused, ...wish })
}

const setPaused = (step: 'pause' | 'resume', summary: string): Command =>
  defineCommand({
    name: ['schedules', step],
    summary,
    takes: 'SCHEDULE',
    options: {},
    more: ['SCHEDULE is its name or id.', ofOthers],
    async run({ words, options: { json = false }, api, screen }) {
      await tellSteered(screen, await change(api, words, { isPaused: step === 'pause' }), { isJson: json })
    },
  })

const setInterval = defineCommand({
  name: ['schedules', 'interval'],
  summary: 'Have dry runs made more or less often',
  takes: 'SCHEDULE day|week|month',
  options: {},
  more: ['SCHEDULE is its name or id. The next dry run is made so long from now.', ofOthers],
  examples: ["rollcall schedules interval 'Not seen for a year' month"],
  async run({ words, options: { json = false }, api, screen }) {
    const every = words.at(-1)
    if (words.length < 2 || every === undefined) throw misused('Say which schedule, and how often: day, week or month.')
    await tellSteered(screen, await change(api, words.slice(0, -1), { every }), { isJson: json })
  },
})

const deleteSchedule = defineCommand({
  name: ['schedules', 'delete'],
  summary: 'End a schedule: jobs that it has planned stay',
  takes: 'SCHEDULE',
  options: {},
  more: ['SCHEDULE is its name or id. --json prints the schedule as it was.'],
  async run({ words, options, api, screen }) {
    const schedule = await findSchedule(api, words)
    await api.delete(schedulePath(schedule.scheduleId))
    await (options.json ? screen.json(schedule) : screen.say(schedule.scheduleId, '  deleted'))
  },
})

export const steerSchedule: readonly Command[] = [
  setPaused('pause', 'Let a schedule stand still'),
  setPaused('resume', 'Go on with a schedule: what came due meanwhile is made at once'),
  setInterval,
  deleteSchedule,
]
