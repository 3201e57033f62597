import type { Job } from '@rollcall/contracts/admin-api'
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref, shallowRef } from 'vue'
import type { ApiClient } from '../../api/api-client.ts'
import { toError } from '../actions/useOutcome.ts'
import { getJob, steerJob } from './jobs.api.ts'
import type { JobStep } from './jobs.api.ts'
import { isMoving } from './job-words.ts'
import { useJobEvents } from './useJobEvents.ts'

const askAgainMs = 5000

/** One job, kept in step with the server, and what is done with it. `problem` is why the last thing was not done. */
export function useJob(api: ApiClient, jobId: () => string) {
  const client = useQueryClient()
  const key = computed(() => ['job', jobId()])
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => getJob(api, jobId(), signal),
    // Something between us and the server may hold its events back: while it moves, it is also asked.
    refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? askAgainMs : false),
    staleTime: 0,
  })
  useJobEvents(
    (jobIds) => jobIds.includes(jobId()),
    () => client.invalidateQueries({ queryKey: key.value, exact: true }),
  )

  const isBusy = ref(false)
  const problem = shallowRef<Error | null>(null)
  /** @returns whether it was done */
  async function steer(step: JobStep, body?: object): Promise<boolean> {
    isBusy.value = true
    problem.value = null
    try {
      client.setQueryData<Job>(key.value, await steerJob(api, jobId(), step, body))
      return true
    } catch (failure) {
      problem.value = toError(failure)
      void refetch() // it may not be where it was any more
      return false
    } finally {
      isBusy.value = false
      void client.invalidateQueries({ queryKey: ['jobs'] })
    }
  }
  return { job: data, error, refetch, steer, isBusy, problem }
}
