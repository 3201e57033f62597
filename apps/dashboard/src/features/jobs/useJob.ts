import { useQueryClient } from '@tanstack/vue-query'
import type { ApiClient } from '../../api/api-client.ts'
import { useSteered } from '../../api/useSteered.ts'
import { getJob, steerJob } from './jobs.api.ts'
import type { JobStep } from './jobs.api.ts'
import { isMoving } from './job-words.ts'

/** One job, kept in step with the server, and what is done with it. `problem` is why the last thing was not done. */
export function useJob(api: ApiClient, jobId: () => string) {
  const client = useQueryClient()
  const { data: job, ...rest } = useSteered({
    kind: 'jobs',
    name: 'job',
    id: jobId,
    get: (id, signal) => getJob(api, id, signal),
    steer: (id, step: JobStep, body) => steerJob(api, id, step, body),
    isMoving,
    onSteered: () => client.invalidateQueries({ queryKey: ['jobs'] }),
  })
  return { job, ...rest }
}
