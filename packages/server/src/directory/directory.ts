import type { ManagementUser } from '@rollcall/contracts/management-api'
import { gather } from '../store/gather.ts'
import type { StoreQueries } from '../store/open-store.ts'
import type { DirectoryDeps } from './deps.ts'
import { readDirectoryStatus, type DirectoryStatus } from './directory-status.ts'
import { channel, readNotice, tell } from './events.ts'
import { keepDirectory } from './keep-directory.ts'
import { organizations, putGroupsOfUser, roles, type GroupKind } from './memberships.store.ts'
import { notePending, type PendingNote } from './state.store.ts'
import { toUserRow } from './user-row.ts'
import { nextReading, putUsers, removeUsers } from './users.store.ts'
import { write } from './write.ts'

export type { DirectoryStatus } from './directory-status.ts'

export type DirectoryChange =
  { kind: 'users'; userIds: string[] | 'many' } | { kind: 'progress'; status: DirectoryStatus }

/** The copy of the tenant's users in our own database: kept by one of all the servers on it, and read by all. */
export interface Directory {
  start(): void
  /** Another server takes over within a second. */
  close(): Promise<void>
  /** As of at most a second ago. */
  status(): Promise<DirectoryStatus>
  /**
   * What this server has changed and was answered: it shows at once, and is read again by and by. Never rejects: the change is done, and where it
   * cannot be written down here, the tenant's log tells of it as it does of the changes of others.
   */
  noteUser(user: ManagementUser): Promise<void>
  noteDeparture(userId: string): Promise<void>
  noteRoles(userId: string, roleIds: string[]): Promise<void>
  noteOrganizations(userId: string, organizationIds: string[]): Promise<void>
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

  const writeChange = async (
    userIds: string[],
    change: (trx: StoreQueries, reading: number) => Promise<PendingNote[]>,
  ) => {
    const since = now()
    const reading = await nextReading(store.db)
    await write(store.db, async (trx) => {
      const notes = await change(trx, reading)
      // Somebody else may have changed the same user a moment after we did, and been read before this is written.
      await notePending(trx, { notes, since })
      await tell(trx, { users: userIds })
    })
  }
  const logged = async (userId: string, writing: Promise<void>) => {
    try {
      await writing
    } catch (error) {
      logger.error({ err: error, userId }, 'a change could not be written to the directory; the log will tell of it')
    }
  }
  const noteChange = (userId: string, change: (trx: StoreQueries, reading: number) => Promise<PendingNote[]>) =>
    logged(userId, writeChange([userId], change))

  const writeUsers = (users: readonly ManagementUser[]) => {
    // Of one who was changed twice the later answer counts. In one order for all who write several.
    const latest = [...new Map(users.map((user) => [user.user_id, user])).values()].sort((a, b) =>
      a.user_id < b.user_id ? -1 : 1,
    )
    const userIds = latest.map((user) => user.user_id)
    return writeChange(userIds, async (trx, reading) => {
      await putUsers(trx, { users: latest.map(toUserRow), reading })
      return userIds.map((id) => ({ kind: 'user', id }))
    })
  }
  const writeUser = gather<ManagementUser, void>({
    alone: (user) => writeUsers([user]),
    async together(users) {
      await writeUsers(users)
      return users.map(() => ({ answer: undefined }))
    },
  })

  const noteGroups = (group: GroupKind, userId: string, groupIds: string[]) =>
    noteChange(userId, async (trx, reading) => {
      const unknown = await putGroupsOfUser(trx, { group, userId, groupIds, reading })
      return [{ kind: group.ofUser, id: userId }, ...(unknown ? [{ kind: group.groups, id: '' }] : [])]
    })

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
    noteUser: (user) => logged(user.user_id, writeUser(user)),
    noteDeparture: (userId) =>
      noteChange(userId, async (trx, reading) => {
        await removeUsers(trx, { userIds: [userId], reading })
        return [{ kind: 'user', id: userId }]
      }),
    noteRoles: (userId, roleIds) => noteGroups(roles, userId, roleIds),
    noteOrganizations: (userId, organizationIds) => noteGroups(organizations, userId, organizationIds),
    changes: {
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
  }
}
