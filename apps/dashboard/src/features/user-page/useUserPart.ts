import { useQuery } from '@tanstack/vue-query'
import { computed, reactive, toValue } from 'vue'
import type { MaybeRefOrGetter } from 'vue'
import { apiKey } from '../../api/api-client.ts'
import { injected } from '../../injection.ts'
import { getPart } from './user-page.api.ts'
import type { UserParts } from './user-page.api.ts'

/** Something of a user that is on its way, here, or could not be had. */
export interface PartState {
  isPending: boolean
  error: Error | null
  data?: unknown
  refetch: () => unknown
}

/**
 * One part of a user, asked for when it is first shown.
 * @param isWanted false: not yet
 */
export function useUserPart<Name extends keyof UserParts>(
  userId: () => string,
  part: Name,
  isWanted: MaybeRefOrGetter<boolean> = true,
) {
  const api = injected(apiKey)
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['user', computed(userId), part],
    queryFn: ({ signal }) => getPart(api, { userId: userId(), part }, signal),
    enabled: () => toValue(isWanted),
  })
  return reactive({ data, error, isPending, refetch })
}
