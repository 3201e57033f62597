import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref, shallowRef } from 'vue'
import { toError } from './problem.ts'
import { useMoves, type Moving } from './useMoves.ts'

/** Something between us and the server may hold its events back: while it moves, it is also asked. */
const askAgainMs = 5000

interface Steered<Thing extends object, Step extends string> {
  kind: Moving
  /** Its name in the cache, before the id. */
  name: string
  id: () => string
  get: (id: string, signal: AbortSignal) => Promise<Thing>
  steer: (id: string, step: Step, body: object | undefined) => Promise<Thing>
  /** Whether it goes on by itself. */
  isMoving: (thing: Thing) => boolean
  /** Something about it is otherwise, and so may be lists that it is in. */
  onSteered?: () => unknown
}

/** One job, or import, kept in step with the server, and what is done with it. `problem` is why the last thing was not done. */
export function useSteered<Thing extends object, Step extends string>({ kind, name, id, get, steer, isMoving, onSteered }: Steered<Thing, Step>) {
  const client = useQueryClient()
  const key = computed(() => [name, id()])
  const { data, error, refetch } = useQuery<Thing>({
    queryKey: key,
    queryFn: ({ signal }) => get(id(), signal),
    refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? askAgainMs : false),
    staleTime: 0,
  })
  useMoves(
    kind,
    (ids) => ids.includes(id()),
    () => client.invalidateQueries({ queryKey: key.value, exact: true }),
  )
  const isBusy = ref(false)
  const problem = shallowRef<Error | null>(null)
  /** @returns whether it was done */
  async function take(step: Step, body?: object): Promise<boolean> {
    isBusy.value = true
    problem.value = null
    try {
      client.setQueryData<Thing>(key.value, await steer(id(), step, body))
      return true
    } catch (failure) {
      problem.value = toError(failure)
      void refetch() // it may not be where it was any more
      return false
    } finally {
      isBusy.value = false
      onSteered?.()
    }
  }
  return { data, error, refetch, steer: take, isBusy, problem }
} // prettier-ignore
