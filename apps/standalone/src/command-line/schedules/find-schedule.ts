import type { JobSchedule, JobScheduleList } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../api-client.ts'
import { misused } from '../failure.ts'
import { pickNamed } from '../pick-named.ts'

export const schedulePath = (scheduleId: string) => `job-schedules/${encodeURIComponent(scheduleId)}`

/**
 * @param words its id or its name, and nothing else
 * @throws CommandFailed when there is none, or several have the name
 */
export async function findSchedule(api: ApiClient, words: readonly string[]): Promise<JobSchedule> {
  const [written, ...others] = words
  if (written === undefined || others.length > 0)
    throw misused('Say one schedule, by its name or id: rollcall schedules list has them.')
  const { schedules }: JobScheduleList = await api.get('job-schedules')
  return pickNamed(schedules, written, {
    thing: 'schedule',
    idOf: ({ scheduleId }) => scheduleId,
    describe: ({ action, filter, every }) => `${action}, each ${every}: ${filter === '' ? '*' : filter}`,
  })
}
