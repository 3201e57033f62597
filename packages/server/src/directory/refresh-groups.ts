import { NotFound, UpstreamFailed } from '@rollcall/http-kit'
import type { StoreQueries } from '../store/open-store.ts'
import type { DirectoryDeps } from './deps.ts'
import { tell } from './events.ts'
import { addMembers, finishMembers, organizations, putOrganizations, putRoles, roles, type GroupKind } from './memberships.store.ts' // prettier-ignore
import { pace } from './pace.ts'
import { notePending } from './state.store.ts'
import { nextReading } from './users.store.ts'
import { write } from './write.ts'

/** The tenant gives a hundred at once; to write so few takes longer than to fetch them. */
const membersAtOnce = 2000

/** Reads all roles and organizations with their members: from each one's member list, never by a question for each user. */
export async function refreshGroups(deps: DirectoryDeps, signal: AbortSignal): Promise<void> {
  for (const group of [roles, organizations]) {
    await unlessForbidden(deps, group, async () => {
      const ids = await refreshGroupList(deps, group, { signal })
      for (const id of ids) await refreshMembers(deps, { group, id, since: deps.now(), signal })
    })
  }
}

/** A scope that the grant lacks turns off what needs it, and nothing else. */
export async function unlessForbidden(deps: DirectoryDeps, group: GroupKind, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof UpstreamFailed && error.code === 'tenant-scope-missing')) throw error
    deps.logger.warn({ reason: error.message }, `the directory does without ${group.groups}`)
  }
}

/**
 * @param alsoWrite what is to be written together with the list; given those that were unknown until now, whose members are not known either
 * @returns all ids
 */
export async function refreshGroupList(
  { store, tenant }: DirectoryDeps,
  group: GroupKind,
  { signal, alsoWrite }: { signal: AbortSignal; alsoWrite?: (trx: StoreQueries, added: string[]) => Promise<void> },
): Promise<string[]> {
  await pace(tenant, group.groups, signal)
  const reading = await nextReading(store.db)
  const save = (put: (trx: StoreQueries) => Promise<string[]>) =>
    write(store.db, async (trx) => {
      const added = await put(trx)
      await alsoWrite?.(trx, added)
    })
  if (group === roles) {
    const all = await tenant.roles.list()
    await save((trx) => putRoles(trx, { all, reading }))
    return all.map(({ id }) => id)
  }
  const all = await tenant.organizations.list()
  await save((trx) => putOrganizations(trx, { all, reading }))
  return all.map(({ id }) => id)
}

/**
 * Reads the members of one role or organization.
 * @param since the moment of which the copy shows them
 */
export async function refreshMembers(
  { store, tenant }: DirectoryDeps,
  { group, id, since, signal }: { group: GroupKind; id: string; since: Date; signal: AbortSignal },
): Promise<void> {
  const reading = await nextReading(store.db)
  const pages = group === roles ? tenant.roles.members(id) : tenant.organizations.members(id)
  let userIds: string[] = []
  const add = async () => {
    await write(store.db, (trx) => addMembers(trx, { group, groupId: id, userIds, reading }))
    userIds = []
  }
  try {
    for await (const page of pages) {
      userIds.push(...page)
      if (userIds.length >= membersAtOnce) await add()
      await pace(tenant, group.groups, signal)
      signal.throwIfAborted()
    }
    if (userIds.length > 0) await add()
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    // It was deleted a moment ago: the list knows.
    return notePending(store.db, { notes: [{ kind: group.groups, id: '' }], since })
  }
  await write(store.db, async (trx) => {
    await finishMembers(trx, { group, groupId: id, reading })
    await tell(trx, { users: 'many' })
  })
}
