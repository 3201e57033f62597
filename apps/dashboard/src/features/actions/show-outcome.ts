import type { User } from '@rollcall/contracts/admin-api'
import type { QueryClient } from '@tanstack/vue-query'
import { userListKey } from '../users/useUserList.ts'
import type { UserList } from '../users/useUserList.ts'

/**
 * Shows everywhere what a change has made of a user, from its answer.
 * @param user null: they are gone
 */
export function showOutcome(client: QueryClient, userId: string, user: User | null): void {
  for (const [, list] of client.getQueriesData<UserList>({ queryKey: [userListKey] })) {
    if (list && user) showInList(list, user)
    else if (list) forgetInList(list, userId)
  }
  if (!user) return client.removeQueries({ queryKey: ['user', userId] })
  client.setQueryData(['user', userId], user)
  // Their roles, sessions and all that is asked for apart.
  void client.invalidateQueries({ queryKey: ['user', userId], predicate: ({ queryKey }) => queryKey.length > 2 })
}

/** What further columns show of them comes with the server's word that they have changed. */
function showInList({ pages }: UserList, { userId, name, email, isEmailVerified, isBlocked }: User): void {
  const row = pages.at(pages.rowOf(userId))?.user
  if (row) pages.replace([{ ...row, name, email, isEmailVerified, isBlocked }])
}

function forgetInList({ pages, count }: UserList, userId: string): void {
  if (pages.rowOf(userId) < 0) return
  pages.remove(userId)
  const { users, isExact } = count.value
  count.value = { users: Math.max(0, users - 1), isExact }
}
