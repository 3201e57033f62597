import type { JobSchedule, JobScheduleChange, JobScheduleList } from '@rollcall/contracts/admin-api'
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref, shallowRef } from 'vue'
import type { ApiClient } from '../../api/api-client.ts'
import { ApiProblem, toError } from '../../api/problem.ts'
import { useMoves } from '../../api/useMoves.ts'
import { isMoving } from '../jobs/job-words.ts'
import { changeSchedule, deleteSchedule, listSchedules } from './schedules.api.ts'

export const schedulesKey = ['job-schedules']
const askAgainMs = 5000

/** Whether its dry run is under way, or is about to be. */
const isAwaited = ({ latest, nextAt }: JobSchedule) =>
  (latest !== null && isMoving(latest)) || (nextAt !== null && Date.parse(nextAt) <= Date.now())

/** The schedules that one sees, and what is done with them. `problem` is why the last thing was not done. */
export function useSchedules(api: ApiClient) {
  const client = useQueryClient()
  const { data, error, refetch } = useQuery({
    queryKey: schedulesKey,
    queryFn: ({ signal }) => listSchedules(api, signal),
    refetchInterval: ({ state }) => (state.data?.schedules.some(isAwaited) ? askAgainMs : false),
  })
  const refresh = () => client.invalidateQueries({ queryKey: schedulesKey }, { cancelRefetch: false })
  useMoves('jobs', () => true, refresh)

  const isBusy = ref(false)
  const problem = shallowRef<Error | null>(null)
  async function attempt(work: () => Promise<(list: JobSchedule[]) => JobSchedule[]>) {
    isBusy.value = true
    problem.value = null
    try {
      const after = await work()
      client.setQueryData<JobScheduleList>(schedulesKey, (list) => ({ schedules: after(list?.schedules ?? []) }))
    } catch (failure) {
      problem.value = toError(failure)
    } finally {
      isBusy.value = false
      void refresh()
    }
  }

  return {
    schedules: computed(() => data.value?.schedules),
    error,
    refetch,
    isBusy,
    problem,
    change: ({ scheduleId }: JobSchedule, wish: JobScheduleChange) =>
      attempt(async () => {
        const changed = await changeSchedule(api, scheduleId, wish)
        return (list) => list.map((one) => (one.scheduleId === scheduleId ? changed : one))
      }),
    remove: ({ scheduleId }: JobSchedule) =>
      attempt(async () => {
        await deleteSchedule(api, scheduleId).catch((failure: unknown) => {
          // Somebody was faster: it is gone all the same.
          if (!(failure instanceof ApiProblem && failure.status === 404)) throw failure
        })
        return (list) => list.filter((one) => one.scheduleId !== scheduleId)
      }),
  }
}
