import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import type { ApiClient } from '../../api/api-client.ts'
import { getUser } from './users.api.ts'

/** One user as the tenant has them; whoever shows the same one shares the answer. */
export function useUser(api: ApiClient, userId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: ['user', computed(() => toValue(userId))],
    queryFn: ({ signal }) => getUser(api, toValue(userId), signal),
  })
}
