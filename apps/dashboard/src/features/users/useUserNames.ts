import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import type { ApiClient } from '../../api/api-client.ts'
import { useActorText } from './useActorText.ts'
import { refreshedAtOnce, refreshUsers } from './users.api.ts'

/**
 * What users are called, by id. Whoever is no user any more goes without, and a program is told as one.
 * @param ids of users and programs
 */
export function useUserNames(api: ApiClient, ids: () => readonly string[]) {
  const users = computed(() => [...new Set(ids().filter((id) => id.includes('|')))].sort())
  const { data } = useQuery({
    queryKey: ['user names', users],
    queryFn: async ({ signal }) => {
      const parts = Array.from({ length: Math.ceil(users.value.length / refreshedAtOnce) }, (_, part) =>
        users.value.slice(part * refreshedAtOnce, (part + 1) * refreshedAtOnce),
      )
      const answers = await Promise.all(parts.map((part) => refreshUsers(api, part, [], signal)))
      return new Map(answers.flatMap((answer) => answer.users.map((user) => [user.userId, user.name ?? user.email])))
    },
    placeholderData: keepPreviousData,
  })
  const textOf = useActorText()
  return (id: string): string => textOf(id, data.value?.get(id))
}
