import type { UserPage, UserSort, UserSummary } from '@rollcall/contracts/admin-api'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'
import { computed, toValue } from 'vue'
import type { MaybeRefOrGetter } from 'vue'
import type { ApiClient } from '../../api/api-client.ts'
import { listUsers } from './users.api.ts'

const perPage = 50
const pagesFetchedAgain = 4

export const userListKey = 'users'

/** The users that match, as far as they have been scrolled to; a new question ends the old one's request. */
export function useUserList(api: ApiClient, wanted: MaybeRefOrGetter<{ sort: UserSort; search: string }>) {
  const query = useInfiniteQuery({
    queryKey: [userListKey, computed(() => toValue(wanted))],
    queryFn: ({ pageParam, signal }) => listUsers(api, { ...toValue(wanted), page: pageParam, perPage }, signal),
    initialPageParam: 0,
    getNextPageParam: nextPage,
    // The old answer stays, with its headers and their focus, until the new one is there.
    placeholderData: keepPreviousData,
    // A short list is brought up to date when one comes back to it; hundreds of pages are not fetched again for that.
    refetchOnMount: ({ state }) => (state.data?.pages.length ?? 0) <= pagesFetchedAgain,
    // Answers are large and replaced whole: looking for what stayed the same costs more than it saves.
    structuralSharing: false,
    shallow: true,
  })
  const users = computed(() => distinctUsers(query.data.value?.pages ?? []))
  const last = computed(() => query.data.value?.pages.at(-1))
  return {
    users,
    total: computed(() => last.value?.total),
    reachable: computed(() => last.value?.reachable),
    isLoading: computed(() => query.isPending.value || (query.isPlaceholderData.value && users.value.length === 0)),
    /** What is shown answers the question before this one. */
    isOutdated: query.isPlaceholderData,
    isRefreshing: query.isFetching,
    /** Failed before anything was shown, or failed to bring more. */
    problem: query.error,
    loadMore: () => void (query.hasNextPage.value && !query.isFetching.value && query.fetchNextPage()),
    retry: () => void (query.isFetchNextPageError.value ? query.fetchNextPage() : query.refetch()),
  }
}

/** A user who moved between two pages while we scrolled is in both. */
function distinctUsers(pages: UserPage[]): UserSummary[] {
  const seen = new Set<string>()
  return pages.flatMap((page) => page.users.filter(({ userId }) => !seen.has(userId) && seen.add(userId)))
}

/**
 * Counted in users, not in pages: with each one deleted here, the tenant's later pages begin one user further on.
 * @returns undefined when all that can be reached is there
 */
function nextPage(last: UserPage, pages: UserPage[], lastAsked: number): number | undefined {
  const reach = Math.min(last.total, last.reachable)
  const loaded = distinctUsers(pages).length
  const page = Math.floor(loaded / perPage)
  // Somebody who signed up meanwhile pushes the others down; a page that brought nobody new is not asked for again.
  const isStuck = page <= lastAsked && distinctUsers(pages.slice(0, -1)).length === loaded
  const next = isStuck ? lastAsked + 1 : page
  return loaded >= reach || next * perPage >= reach ? undefined : next
}
