import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import type { Ref } from 'vue'
import type { ApiClient } from '../../api/api-client.ts'
import { useChanges } from '../../api/changes.ts'
import type { BinFilter } from './bin-filter.ts'
import { listDeletedUsers } from './recycle-bin.api.ts'

const key = 'deleted-users'
export const reportKey = 'deleted-users-report'

/** Who is to be deleted or is deleted, page after page, kept in step with what others do. */
export function useDeletedUsers(api: ApiClient, filter: Ref<BinFilter>) {
  const client = useQueryClient()
  const query = useInfiniteQuery({
    queryKey: [key, filter],
    queryFn: ({ signal, pageParam }) => listDeletedUsers(api, { filter: filter.value, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  })
  /** One that is under way is enough, however much changes meanwhile. */
  const refresh = () =>
    Promise.all(
      [key, reportKey].map((name) => client.invalidateQueries({ queryKey: [name] }, { cancelRefetch: false })),
    )
  useChanges((change) => {
    if (change.kind === 'users') void refresh()
  })
  return {
    ...query,
    refresh,
    users: computed(() => query.data.value?.pages.flatMap(({ users }) => users)),
    isKeeping: computed(() => query.data.value?.pages[0]?.keptForDays !== null),
  }
}
