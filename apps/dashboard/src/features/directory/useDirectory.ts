import type { DirectoryStatus } from '@rollcall/contracts/admin-api'
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import type { ApiClient } from '../../api/api-client.ts'
import { useChanges } from '../../api/changes.ts'

const directoryKey = ['directory']
const askAgainMs = 10_000

/** How far the directory is; told by the server when it changes. */
export function useDirectory(api: ApiClient) {
  const client = useQueryClient()
  useChanges((change) => {
    if (change.kind === 'directory') client.setQueryData(directoryKey, change.status)
  })
  return useQuery({
    queryKey: directoryKey,
    queryFn: ({ signal }) => api.get<DirectoryStatus>('directory', signal),
    // Something between us and the server may hold its events back: while it matters, it is also asked.
    refetchInterval: ({ state: { data } }) =>
      data?.state === 'filling' || data?.state === 'behind' ? askAgainMs : false,
  })
}
