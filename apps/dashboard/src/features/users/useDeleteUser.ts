import type { UserSummary } from '@rollcall/contracts/admin-api'
import { useMutation, useQueryClient } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import type { ApiClient } from '../../api/api-client.ts'
import { ApiProblem } from '../../api/problem.ts'
import { toast } from '../../ui/toasts.ts'
import { nameOf } from './user-words.ts'
import type { NamedUser } from './user-words.ts'
import { forgetUser, userListKey } from './useUserList.ts'
import type { UserList } from './useUserList.ts'
import { deleteUser } from './users.api.ts'

/** Deletes a user, takes them out of every list that is held, and says so. Somebody else having been faster is success too. */
export function useDeleteUser(api: ApiClient) {
  const { t } = useI18n()
  const client = useQueryClient()

  const forget = (userId: UserSummary['userId']) => {
    for (const [, list] of client.getQueriesData<UserList>({ queryKey: [userListKey] })) {
      if (list) forgetUser(list, userId)
    }
    client.removeQueries({ queryKey: ['user', userId] })
  }
  return useMutation({
    mutationFn: async (user: NamedUser) => {
      try {
        await deleteUser(api, user.userId)
        return 'delete.done'
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 404) return 'delete.already'
        throw error
      }
    },
    onSuccess: (message, user) => {
      forget(user.userId)
      toast(t(message, { name: nameOf(user) }))
    },
  })
}
