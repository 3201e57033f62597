import type { JobSchedule } from '@rollcall/contracts/admin-api'
import { defineCommand } from '../command.ts'
import { yellow, type Screen } from '../screen.ts'
import { findSchedule } from './find-schedule.ts'

export const getSchedule = defineCommand({
  name: ['schedules', 'get'],
  summary: 'Show one schedule, and what its last dry run found',
  takes: 'SCHEDULE',
  options: {},
  more: ['SCHEDULE is its name or id. --json prints one document, as GET /api/job-schedules has it.'],
  async run({ words, options, api, screen }) {
    const schedule = await findSchedule(api, words)
    await (options.json ? screen.json(schedule) : tellSchedule(screen, schedule))
  },
})

async function tellSchedule(screen: Screen, schedule: JobSchedule): Promise<void> {
  const { scheduleId, name, action, params, filter, every, nextAt, actorName, actorId, reason, problem, latest } =
    schedule
  await screen.say(`${name}  ${scheduleId}`)
  await screen.say(`  ${action} of ${filter === '' ? '*' : filter}`)
  if (Object.keys(params).length > 0) await screen.say(`  with ${JSON.stringify(params)}`)
  await screen.say(`  each ${every}, ${nextAt === null ? 'paused' : `next ${nextAt}`}`)
  await screen.say(`  by ${actorName ?? actorId}${reason === null ? '' : `: ${reason}`}`)
  if (problem) await screen.say('  ', yellow(`The dry run of ${problem.at} was left out: ${problem.message}`))
  if (!latest) return screen.say('  Its first dry run is about to be made.')
  const { jobId, phase, counts, at, problem: trouble } = latest
  const users = counts.users - counts.excluded
  await screen.say(`  Last dry run ${at}: ${users.toLocaleString('en')} ${users === 1 ? 'user' : 'users'}, ${phase}`)
  if (trouble) await screen.say('  ', yellow(trouble.message))
  const next = phase === 'planned' ? 'jobs start' : phase === 'waiting-for-approval' ? 'jobs approve' : 'jobs get'
  await screen.say(`  rollcall ${next} ${jobId}`)
}
