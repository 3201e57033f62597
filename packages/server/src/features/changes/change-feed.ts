import type { Change } from '@rollcall/contracts/admin-api'
import type { Imports } from '../../imports/imports.ts'
import type { Jobs } from '../../jobs/jobs.ts'
import type { Directory } from '../../directory/directory.ts'
import { presentDirectory } from '../directory/present-directory.ts'
import type { ChangeFeed } from './changes.routes.ts'

/** What readers of `/api/changes` are told: what the directory learns and which jobs and imports move, on whichever server, and the views that were changed here. */
export function createChangeFeed(
  directory: Directory | undefined,
  jobs: Pick<Jobs, 'subscribe'> | undefined,
  imports: Pick<Imports, 'subscribe'> | undefined,
): ChangeFeed & { viewsChanged: () => void } {
  const listeners = new Set<(change: Change) => void>()
  const tell = (change: Change) => {
    for (const listener of listeners) listener(change)
  }
  directory?.changes.subscribe((change) =>
    tell(change.kind === 'users' ? change : { kind: 'directory', status: presentDirectory(change.status, null) }),
  )
  jobs?.subscribe((jobId) => tell({ kind: 'jobs', jobIds: [jobId] }))
  imports?.subscribe((importId) => tell({ kind: 'imports', importIds: [importId] }))
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    viewsChanged: () => tell({ kind: 'views' }),
  }
}
