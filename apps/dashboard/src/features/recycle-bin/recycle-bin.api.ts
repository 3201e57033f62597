import type { DeletedUserPage, RecycleBinReport } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../../api/api-client.ts'
import { binApiQuery } from './bin-filter.ts'
import type { BinFilter } from './bin-filter.ts'

export const listDeletedUsers = (
  api: ApiClient,
  { filter, after }: { filter: BinFilter; after: string | undefined },
  signal: AbortSignal,
): Promise<DeletedUserPage> => {
  const query = new URLSearchParams({ ...binApiQuery(filter), ...(after && { after }), limit: '50' })
  return api.get(`deleted-users?${query}`, signal)
}

export const getBinReport = (api: ApiClient, signal: AbortSignal): Promise<RecycleBinReport> =>
  api.get('deleted-users/report', signal)

/** What can be done to somebody in the recycle bin. */
export type BinAction = 'user.cancel-deletion' | 'user.restore' | 'user.purge'
