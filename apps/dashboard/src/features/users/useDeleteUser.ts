import type { UserPage, UserSummary } from '@rollcall/contracts/admin-api'
import { useMutation, useQueryClient } from '@tanstack/vue-query'
import type { InfiniteData } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import type { ApiClient } from '../../api/api-client.ts'
import { ApiProblem } from '../../api/problem.ts'
import { toast } from '../../ui/toasts.ts'
import { nameOf } from './user-words.ts'
import { userListKey } from './useUserList.ts'
import { deleteUser } from './users.api.ts'

/** Deletes a user, takes them out of every list that is held, and says so. Somebody else having been faster is success too. */
export function useDeleteUser(api: ApiClient) {
  const { t } = useI18n()
  const client = useQueryClient()

  const forget = ({ userId }: UserSummary) => {
    client.setQueriesData<InfiniteData<UserPage>>(
      { queryKey: [userListKey] },
      (data) => data && withoutUser(data, userId),
    )
    client.removeQueries({ queryKey: ['user', userId] })
  }
  return useMutation({
    mutationFn: async (user: UserSummary) => {
      try {
        await deleteUser(api, user.userId)
        return 'delete.done'
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 404) return 'delete.already'
        throw error
      }
    },
    onSuccess: (message, user) => {
      forget(user)
      toast(t(message, { name: nameOf(user) }))
    },
  })
}

function withoutUser(data: InfiniteData<UserPage>, userId: string): InfiniteData<UserPage> {
  const isThere = data.pages.some((page) => page.users.some((user) => user.userId === userId))
  if (!isThere) return data
  const pages = data.pages.map((page) => ({
    ...page,
    total: page.total - 1,
    users: page.users.filter((user) => user.userId !== userId),
  }))
  return { ...data, pages }
}
