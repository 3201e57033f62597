import type { View } from '@rollcall/contracts/admin-api'
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, watch } from 'vue'
import type { MaybeRefOrGetter } from 'vue'
import { isSame, readyMadeViews } from './list-question.ts'
import type { ListQuestion } from './list-question.ts'

/** Held for as long as the page is loaded, so that it outlives a look at one user. */
const enteredKey = ['view entered']

/**
 * Which view the list shows.
 * @returns `current`: the saved view that says just this; `changed`: the one it was before somebody changed the filter, the order or the
 * columns; `readyMade`: a segment of the same users
 */
export function useCurrentView(views: MaybeRefOrGetter<View[]>, question: MaybeRefOrGetter<ListQuestion>) {
  const client = useQueryClient()
  const { data: enteredId } = useQuery<string | null>({
    queryKey: enteredKey,
    queryFn: () => null,
    initialData: null,
    staleTime: Infinity,
    gcTime: Infinity,
  })
  const entered = computed(() => toValue(views).find(({ id }) => id === enteredId.value))
  const current = computed(() => {
    const asked = toValue(question)
    if (entered.value && isSame(entered.value, asked)) return entered.value
    return toValue(views).find((view) => isSame(view, asked))
  })
  const readyMade = computed(() => {
    const filter = toValue(question).filter.trim()
    // A saved view of the same users, shown in another order, is still that view.
    if (current.value || entered.value?.filter.trim() === filter) return undefined
    return readyMadeViews.find((view) => view.filter === filter)
  })
  watch(
    [current, readyMade],
    ([view, segment]) => {
      if (view || segment) client.setQueryData(enteredKey, view?.id ?? null)
    },
    { immediate: true },
  )
  return {
    current,
    readyMade,
    enterReadyMade: () => client.setQueryData(enteredKey, null),
    changed: computed(() => (current.value || readyMade.value ? undefined : entered.value)),
  }
}
