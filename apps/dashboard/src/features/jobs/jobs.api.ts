import type {
  Job,
  JobDrift,
  JobPage,
  JobPhase,
  JobUnmatched,
  JobUserPage,
  JobUserState,
  NewJob,
} from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../../api/api-client.ts'

type Values = Record<string, string | undefined>
const queryOf = (values: Values) =>
  new URLSearchParams(Object.entries(values).flatMap(([name, value]) => (value ? [[name, value]] : []))).toString()

export const listJobs = (
  api: ApiClient,
  asked: { phase?: JobPhase; after?: string | undefined; limit?: string },
  signal: AbortSignal,
): Promise<JobPage> => api.get(`jobs?${queryOf(asked)}`, signal)

export const createJob = (api: ApiClient, job: Pick<NewJob, 'action' | 'params' | 'selection' | 'reason'>) =>
  api.post<Job>('jobs', job)

export const getJob = (api: ApiClient, jobId: string, signal: AbortSignal): Promise<Job> =>
  api.get(`jobs/${encodeURIComponent(jobId)}`, signal)

/** Which of a job's users are listed. */
export interface JobUsersQuestion {
  state: JobUserState | undefined
  /** Of the problem. */
  code: string | undefined
}

export const listJobUsers = (
  api: ApiClient,
  jobId: string,
  { state, code, after, limit }: JobUsersQuestion & { after: number; limit: number },
  signal: AbortSignal,
): Promise<JobUserPage> =>
  api.get(`jobs/${jobId}/users?${queryOf({ state, code, after: String(after), limit: String(limit) })}`, signal)

export const listUnmatched = (api: ApiClient, jobId: string, signal: AbortSignal): Promise<JobUnmatched> =>
  api.get(`jobs/${jobId}/unmatched`, signal)

export const getDrift = (api: ApiClient, jobId: string, signal: AbortSignal): Promise<JobDrift> =>
  api.get(`jobs/${jobId}/drift`, signal)

export type JobStep = 'start' | 'pause' | 'resume' | 'cancel' | 'retry' | 'speed' | 'approve' | 'refuse'

export const steerJob = (api: ApiClient, jobId: string, step: JobStep, body: object = {}): Promise<Job> =>
  api.post(`jobs/${jobId}/${step}`, body)

/** @returns the job that undoes it */
export const undoJob = (api: ApiClient, jobId: string, reason: string | undefined): Promise<Job> =>
  api.post(`jobs/${jobId}/undo`, { reason })
