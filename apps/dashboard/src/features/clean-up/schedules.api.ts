import type { JobSchedule, JobScheduleChange, JobScheduleList, NewJobSchedule } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../../api/api-client.ts'

export const listSchedules = (api: ApiClient, signal: AbortSignal): Promise<JobScheduleList> =>
  api.get('job-schedules', signal)

export const createSchedule = (api: ApiClient, schedule: NewJobSchedule): Promise<JobSchedule> =>
  api.post('job-schedules', schedule)

export const changeSchedule = (api: ApiClient, scheduleId: string, change: JobScheduleChange): Promise<JobSchedule> =>
  api.put(`job-schedules/${scheduleId}`, change)

export const deleteSchedule = (api: ApiClient, scheduleId: string): Promise<void> =>
  api.delete(`job-schedules/${scheduleId}`)
