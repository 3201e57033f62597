import type { UserPage, UserSort } from '@rollcall/contracts/admin-api'
import { useInfiniteQuery } from '@tanstack/vue-query'
import { computed, toValue } from 'vue'
import type { MaybeRefOrGetter } from 'vue'
import type { ApiClient } from '../../api/api-client.ts'
import { listUsers } from './users.api.ts'

const perPage = 50

export const userListKey = 'users'

/** The users that match, as far as they have been scrolled to; a new question ends the old one's request. */
export function useUserList(api: ApiClient, wanted: MaybeRefOrGetter<{ sort: UserSort; search: string }>) {
  const query = useInfiniteQuery({
    queryKey: [userListKey, computed(() => toValue(wanted))],
    queryFn: ({ pageParam, signal }) => listUsers(api, { ...toValue(wanted), page: pageParam, perPage }, signal),
    initialPageParam: 0,
    getNextPageParam: (last: UserPage, pages) =>
      pages.length * perPage < Math.min(last.total, last.reachable) ? pages.length : undefined,
    // Answers are large and replaced whole: looking for what stayed the same costs more than it saves.
    structuralSharing: false,
    shallow: true,
  })
  const users = computed(() => {
    const seen = new Set<string>()
    // A user who moved between two pages while we scrolled would be there twice.
    return (query.data.value?.pages ?? []).flatMap((page) =>
      page.users.filter(({ userId }) => !seen.has(userId) && seen.add(userId)),
    )
  })
  const last = computed(() => query.data.value?.pages.at(-1))
  return {
    users,
    total: computed(() => last.value?.total),
    reachable: computed(() => last.value?.reachable),
    isLoading: computed(() => query.isPending.value),
    isRefreshing: query.isFetching,
    /** Failed before anything was shown, or failed to bring more. */
    problem: query.error,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void (query.hasNextPage.value && !query.isFetching.value && query.fetchNextPage()),
    retry: () => void (query.isFetchNextPageError.value ? query.fetchNextPage() : query.refetch()),
  }
}
