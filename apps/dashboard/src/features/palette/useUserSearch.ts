import type { UserPage } from '@rollcall/contracts/admin-api'
import { parseUserFilter, printUserFilter, UserFilterFault } from '@rollcall/contracts/user-filter'
import { useQuery } from '@tanstack/vue-query'
import { computed, onScopeDispose, ref, toValue, watch } from 'vue'
import type { MaybeRefOrGetter } from 'vue'
import type { ApiClient } from '../../api/api-client.ts'
import { ownPaths } from '../fields/own-fields.ts'

const pauseMs = 150
const most = 6

/** What is typed as a filter; what is none is text to be looked for, as it is. */
export function filterOfTyped(typed: string): string {
  const text = typed.trim()
  try {
    parseUserFilter(text, ownPaths.value)
    return text
  } catch (fault) {
    if (!(fault instanceof UserFilterFault)) throw fault
    return printUserFilter({ kind: 'text', text })
  }
}

/** The first users who match what is typed, once the typing pauses; a newer question ends the older one's request. */
export function useUserSearch(api: ApiClient, typed: MaybeRefOrGetter<string>) {
  const filter = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    () => toValue(typed).trim(),
    (text) => {
      clearTimeout(timer)
      if (text === '') filter.value = ''
      else timer = setTimeout(() => (filter.value = filterOfTyped(text)), pauseMs)
    },
  )
  onScopeDispose(() => clearTimeout(timer))

  const { data, isFetching, isPlaceholderData, error } = useQuery({
    queryKey: ['palette', filter],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ filter: filter.value, limit: String(most) })
      return api.get<UserPage>(`users?${query.toString()}`, signal)
    },
    enabled: computed(() => filter.value !== ''),
    // What was found stays, dimmed by nothing, until the next answer: a list that blinks cannot be read.
    placeholderData: (previous) => (filter.value === '' ? undefined : previous),
  })
  const wanted = computed(() => (toValue(typed).trim() === '' ? '' : filterOfTyped(toValue(typed))))
  return {
    filter,
    page: computed(() => (filter.value === '' ? undefined : data.value)),
    /** What is found answers what was typed before. */
    isStale: computed(() => isPlaceholderData.value || wanted.value !== filter.value),
    isFetching,
    error,
  }
}
