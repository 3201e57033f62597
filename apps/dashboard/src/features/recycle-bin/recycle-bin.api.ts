import type { ActionOutcome, ActionPreview, DeletedUser, DeletedUserPage } from '@rollcall/contracts/admin-api'
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

const pathOf = (userId: string, action: BinAction) => `users/${encodeURIComponent(userId)}/actions/${action}`

export const previewBinAction = (api: ApiClient, userId: string, action: BinAction): Promise<ActionPreview> =>
  api.post(`${pathOf(userId, action)}/preview`, {})

export const doBinAction = (
  api: ApiClient,
  { userId, action, reason }: { userId: string; action: BinAction; reason: string },
): Promise<ActionOutcome> => api.post(pathOf(userId, action), reason === '' ? {} : { reason })
