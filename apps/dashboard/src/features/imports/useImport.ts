import type { UserImport } from '@rollcall/contracts/admin-api'
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref, shallowRef } from 'vue'
import type { ApiClient } from '../../api/api-client.ts'
import { toError } from '../actions/useOutcome.ts'
import { getImport, steerImport } from './imports.api.ts'
import type { ImportStep } from './imports.api.ts'

const askAgainMs = 1000

/** Whether it goes on by itself. */
export const isMoving = ({ phase }: Pick<UserImport, 'phase'>): boolean => phase === 'checking' || phase === 'running'

/** One import, asked for again while it moves, and what is done with it. `problem` is why the last thing was not done. */
export function useImport(api: ApiClient, importId: () => string) {
  const client = useQueryClient()
  const key = computed(() => ['import', importId()])
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => getImport(api, importId(), signal),
    refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? askAgainMs : false),
    staleTime: 0,
  })
  const isBusy = ref(false)
  const problem = shallowRef<Error | null>(null)
  async function steer(step: ImportStep, body?: Parameters<typeof steerImport>[3]): Promise<void> {
    isBusy.value = true
    problem.value = null
    try {
      client.setQueryData<UserImport>(key.value, await steerImport(api, importId(), step, body))
    } catch (failure) {
      problem.value = toError(failure)
      void refetch() // it may not be where it was any more
    } finally {
      isBusy.value = false
    }
  }
  return { found: data, error, refetch, steer, isBusy, problem }
}
