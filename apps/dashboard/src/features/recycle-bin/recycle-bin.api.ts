import type { DeletedUser, DeletedUserPage } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../../api/api-client.ts'

export interface BinQuestion {
  search: string
  state: DeletedUser['state'] | undefined
}

export const listDeletedUsers = (
  api: ApiClient,
  { search, state, after }: BinQuestion & { after: string | undefined },
  signal: AbortSignal,
): Promise<DeletedUserPage> => {
  const asked = { search, state, after, limit: '50' }
  const query = new URLSearchParams(Object.entries(asked).flatMap(([name, value]) => (value ? [[name, value]] : [])))
  return api.get(`deleted-users?${query}`, signal)
}

/** What can be done to somebody in the recycle bin. */
export type BinAction = 'user.cancel-deletion' | 'user.restore' | 'user.purge'
