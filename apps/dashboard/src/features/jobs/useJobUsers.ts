import type { Job } from '@rollcall/contracts/admin-api'
import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, onScopeDispose, watch } from 'vue'
import type { ApiClient } from '../../api/api-client.ts'
import { listJobUsers } from './jobs.api.ts'
import type { JobUsersQuestion } from './jobs.api.ts'

const pageSize = 50
/** What is looked at follows a running job, but does not compete with it. */
const pauseMs = 2000
/** Whoever has read on that far reads on; what has moved meanwhile comes with the next question. */
const mostFollowed = 3

/** How it went for each user of a job, page after page, in its order. */
export function useJobUsers(api: ApiClient, job: () => Job, question: () => JobUsersQuestion) {
  const client = useQueryClient()
  const key = computed(() => ['job', job().jobId, 'users', question()])
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ signal, pageParam }) =>
      listJobUsers(api, job().jobId, { ...question(), after: pageParam, limit: pageSize }, signal),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    () => JSON.stringify([job().counts, job().phase]),
    () => {
      timer ??= setTimeout(() => {
        timer = undefined
        const pages = query.data.value?.pages.length ?? 0
        if (pages <= mostFollowed) void client.invalidateQueries({ queryKey: key.value }, { cancelRefetch: false })
      }, pauseMs)
    },
  )
  onScopeDispose(() => clearTimeout(timer))
  return { ...query, users: computed(() => query.data.value?.pages.flatMap(({ users }) => users)) }
}
