import type { ManagementUser } from '@rollcall/contracts/management-api'
import { gather } from '../store/gather.ts'
import type { StoreQueries } from '../store/open-store.ts'
import type { DirectoryDeps } from './deps.ts'
import { tell } from './events.ts'
import { organizations, putGroupsOfUser, roles, type GroupKind } from './memberships.store.ts'
import { notePending, noteWritten, type PendingNote } from './state.store.ts'
import { toUserRow } from './user-row.ts'
import { nextReading, putUsers, removeUsers } from './users.store.ts'
import { write } from './write.ts'

/**
 * What this server has changed and was answered: it shows at once, and the log is to tell the same by and by. None rejects: the change is done,
 * and where it cannot be written down here, the tenant's log tells of it as it does of the changes of others.
 */
export interface OwnChanges {
  noteUser(user: ManagementUser): Promise<void>
  noteDeparture(userId: string): Promise<void>
  noteRoles(userId: string, roleIds: string[]): Promise<void>
  noteOrganizations(userId: string, organizationIds: string[]): Promise<void>
}

interface Moment {
  reading: number
  /** Somebody else may have changed the same user a moment after we did, and been read before this is written. */
  since: Date
}

export function createOwnChanges({ store, logger, now }: Pick<DirectoryDeps, 'store' | 'logger' | 'now'>): OwnChanges {
  const writeChange = async (userIds: string[], change: (trx: StoreQueries, moment: Moment) => Promise<void>) => {
    const since = now()
    const reading = await nextReading(store.db)
    await write(store.db, async (trx) => {
      await change(trx, { reading, since })
      await tell(trx, { users: userIds })
    })
  }

  const writeUsers = (users: readonly ManagementUser[]) => {
    // Of one who was changed twice the later answer counts. In one order for all who write several, or they would wait for each other.
    const latest = new Map(users.map((user) => [user.user_id, user]))
    const userIds = [...latest.keys()].sort()
    return writeChange(userIds, async (trx, { reading, since }) => {
      const rows = userIds.flatMap((userId) => latest.get(userId) ?? []).map(toUserRow)
      await putUsers(trx, { users: rows, reading })
      await noteWritten(trx, { userIds, since })
    })
  }
  const writeUser = gather<ManagementUser, void>({
    alone: (user) => writeUsers([user]),
    async together(users) {
      await writeUsers(users)
      return users.map(() => ({ answer: undefined }))
    },
  })

  const logged = async (userId: string, writing: Promise<void>) => {
    try {
      await writing
    } catch (error) {
      logger.error({ err: error, userId }, 'a change could not be written to the directory; the log will tell of it')
    }
  }
  const writeNoted = (userId: string, change: (trx: StoreQueries, reading: number) => Promise<PendingNote[]>) =>
    logged(
      userId,
      writeChange([userId], async (trx, { reading, since }) =>
        notePending(trx, { notes: await change(trx, reading), since }),
      ),
    )
  const noteGroups = (group: GroupKind, userId: string, groupIds: string[]) =>
    writeNoted(userId, async (trx, reading) => {
      const unknown = await putGroupsOfUser(trx, { group, userId, groupIds, reading })
      return [{ kind: group.ofUser, id: userId }, ...(unknown ? [{ kind: group.groups, id: '' }] : [])]
    })

  return {
    noteUser: (user) => logged(user.user_id, writeUser(user)),
    noteDeparture: (userId) =>
      writeNoted(userId, async (trx, reading) => {
        await removeUsers(trx, { userIds: [userId], reading })
        return [{ kind: 'user', id: userId }]
      }),
    noteRoles: (userId, roleIds) => noteGroups(roles, userId, roleIds),
    noteOrganizations: (userId, organizationIds) => noteGroups(organizations, userId, organizationIds),
  }
}
