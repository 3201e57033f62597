import type { UserCount } from '@rollcall/contracts/admin-api'
import { useQueryClient } from '@tanstack/vue-query'
import { onScopeDispose, shallowRef, toValue, watch } from 'vue'
import type { MaybeRefOrGetter } from 'vue'
import type { ApiClient } from '../../api/api-client.ts'
import { useChanges } from '../../api/changes.ts'
import { ApiProblem } from '../../api/problem.ts'

const keptMs = 60_000
const pauseMs = 10_000

/**
 * How many users each filter finds. Asked one after the other, so that the list goes first; after changes at most every ten seconds, and only
 * while somebody looks.
 * @param filters none while counting would cost the tenant a request each
 */
export function useViewCounts(api: ApiClient, filters: MaybeRefOrGetter<string[]>) {
  const client = useQueryClient()
  const counts = shallowRef<ReadonlyMap<string, UserCount>>(new Map())
  const end = new AbortController()
  let isCounting = false
  let isWanted = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const count = (filter: string) =>
    client.fetchQuery({
      queryKey: ['count', filter],
      queryFn: () => api.get<UserCount>(`users/count?${new URLSearchParams({ filter }).toString()}`, end.signal),
      staleTime: keptMs,
    })

  async function countAll() {
    isWanted = true
    if (isCounting) return
    isCounting = true
    while (isWanted) {
      isWanted = false
      for (const filter of toValue(filters)) {
        if (end.signal.aborted) return
        try {
          counts.value = new Map(counts.value).set(filter, await count(filter))
        } catch (error) {
          // A view whose filter cannot be read any more, or a server that is away, has no number; the list itself says why.
          if (!(error instanceof ApiProblem) && !end.signal.aborted) throw error
        }
      }
    }
    isCounting = false
  }

  const recount = () => {
    timer = undefined
    if (document.hidden) return document.addEventListener('visibilitychange', later, { once: true })
    void client.invalidateQueries({ queryKey: ['count'], refetchType: 'none' })
    void countAll()
  }
  function later() {
    timer ??= setTimeout(recount, pauseMs)
  }

  watch(() => toValue(filters).join('\n'), countAll, { immediate: true })
  useChanges(({ kind }) => {
    if (kind === 'users') later()
  })
  onScopeDispose(() => {
    end.abort()
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', later)
  })
  return counts
}
