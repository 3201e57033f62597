import type { FieldValues, MetadataPaths } from '@rollcall/contracts/admin-api'
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, onScopeDispose, ref, toValue, watch } from 'vue'
import type { MaybeRefOrGetter } from 'vue'
import type { ApiClient } from '../../api/api-client.ts'

const pauseMs = 150

/** The most frequent values of a field that begin with what is typed; a newer question ends the older one's request. */
export function useFieldValues(api: ApiClient, asked: MaybeRefOrGetter<{ field: string; starts: string } | undefined>) {
  const settled = ref(toValue(asked))
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    () => toValue(asked),
    (now) => {
      clearTimeout(timer)
      // Another field is asked for at once; of the same one, when the typing pauses.
      if (now?.field !== settled.value?.field) settled.value = now
      else timer = setTimeout(() => (settled.value = now), pauseMs)
    },
  )
  onScopeDispose(() => clearTimeout(timer))

  const { data, error, isFetching, isPlaceholderData, refetch } = useQuery({
    queryKey: ['field values', settled],
    queryFn: ({ signal }) => {
      const { field = '', starts = '' } = settled.value ?? {}
      const query = new URLSearchParams({ field, ...(starts !== '' && { starts }) })
      return api.get<FieldValues>(`users/field-values?${query.toString()}`, signal)
    },
    enabled: computed(() => settled.value !== undefined),
    placeholderData: (previous, query) =>
      // Of the same field the old values stay until the new ones are there.
      (query?.queryKey[1] as { field: string } | undefined)?.field === settled.value?.field
        ? keepPreviousData(previous)
        : undefined,
    staleTime: 60_000,
  })
  return {
    values: computed(() => data.value?.values ?? []),
    isLoading: isFetching,
    isOutdated: isPlaceholderData,
    problem: error,
    refetch,
  }
}

/** The metadata paths that users have, the most frequent first. */
export function useMetadataPaths(api: ApiClient, isWanted: MaybeRefOrGetter<boolean>) {
  const { data } = useQuery({
    queryKey: ['metadata paths'],
    queryFn: ({ signal }) => api.get<MetadataPaths>('users/metadata-paths', signal),
    enabled: computed(() => toValue(isWanted)),
    staleTime: 60_000,
  })
  return computed(() => data.value?.paths ?? [])
}
