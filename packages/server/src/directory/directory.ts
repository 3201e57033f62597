import type { DirectoryDeps } from './deps.ts'
import { readDirectoryStatus, type DirectoryStatus } from './directory-status.ts'
import { channel, readNotice } from './events.ts'
import { keepDirectory } from './keep-directory.ts'
import { createOwnChanges, type OwnChanges } from './own-changes.ts'

export type { DirectoryStatus } from './directory-status.ts'

export type DirectoryChange =
  { kind: 'users'; userIds: string[] | 'many' } | { kind: 'progress'; status: DirectoryStatus }

/** The copy of the tenant's users in our own database: kept by one of all the servers on it, and read by all. */
export interface Directory extends OwnChanges {
  start(): void
  /** Another server takes over within a second. */
  close(): Promise<void>
  /** As of at most a second ago. */
  status(): Promise<DirectoryStatus>
  changes: {
    /** What any server on this database has changed. @returns how to stop listening */
    subscribe(listener: (change: DirectoryChange) => void): () => void
  }
}

export interface DirectoryOptions extends Omit<DirectoryDeps, 'now' | 'rowsAtOnce'> {
  followIntervalMs?: number
  reconcileIntervalMs?: number
  rowsAtOnce?: number
  now?: () => Date
}

const statusForMs = 1000

export function createDirectory(options: DirectoryOptions): Directory {
  const { store, tenant, logger, followIntervalMs = 2000, reconcileIntervalMs = 86_400_000, rowsAtOnce = 5000, now = () => new Date() } = options // prettier-ignore
  const deps: DirectoryDeps = { store, tenant, logger, now, rowsAtOnce }
  const behindAfterMs = Math.max(followIntervalMs * 5, 15_000)
  const listeners = new Set<(change: DirectoryChange) => void>()
  let known: { status: Promise<DirectoryStatus>; at: number } | undefined
  let stops: (() => Promise<void>)[] = []

  const status = (): Promise<DirectoryStatus> => {
    if (known && performance.now() - known.at < statusForMs) return known.status
    const read = readDirectoryStatus(store.db, { tenant: tenant.origin, now: now(), behindAfterMs })
    known = { status: read, at: performance.now() }
    read.catch(() => {
      known = undefined // whoever asks next asks the database
    })
    return read
  }
  const publish = (change: DirectoryChange) => {
    for (const listener of listeners) listener(change)
  }
  const publishStatus = () => {
    known = undefined
    if (listeners.size === 0) return
    status().then(
      (read) => publish({ kind: 'progress', status: read }),
      (error: unknown) => logger.error({ err: error }, 'the directory’s status could not be read'),
    )
  }

  return {
    start() {
      if (stops.length > 0) return
      stops = [
        store.listen({
          channel,
          onListening: () => {
            // What was sent until now was not heard.
            publish({ kind: 'users', userIds: 'many' })
            publishStatus()
          },
          onMessage: (payload) => {
            const notice = readNotice(payload)
            if (notice && 'users' in notice) publish({ kind: 'users', userIds: notice.users })
            else if (notice) publishStatus()
          },
        }),
        store.lead({
          name: `directory ${store.schema}`,
          work: (signal) => keepDirectory(deps, { followIntervalMs, reconcileIntervalMs }, signal),
          onFailure: (error) => logger.error({ err: error }, 'the directory is not kept by this server just now'),
        }),
      ]
    },
    async close() {
      const stopping = stops.map((stop) => stop())
      stops = []
      await Promise.all(stopping)
    },
    status,
    ...createOwnChanges(deps),
    changes: {
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
  }
}
