import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from '@rollcall/database'
import { NotFound, TooManyRequests, UpstreamFailed } from '@rollcall/http-kit'
import type { StoreQueries } from '../store/open-store.ts'
import type { PendingKind } from '../store/schema.ts'
import type { DirectoryDeps } from './deps.ts'
import { tell } from './events.ts'
import { organizations, putGroupsOfUser, roles, type GroupKind } from './memberships.store.ts'
import { pace } from './pace.ts'
import { refreshGroupList, refreshMembers } from './refresh-groups.ts'
import { notePending } from './state.store.ts'
import { toUserRow } from './user-row.ts'
import { nextReading, putUsers, removeUsers } from './users.store.ts'
import { write } from './write.ts'

const atOnce = 6
const batchSize = 300
/** So many are never asked for one by one: an export has them all sooner. */
const mostPending = 5000
/** And so few always: what somebody has just done to them is seen at once. */
const fewPending = 500
/** Of all users: to ask for one takes as long as to read so many from an export. */
const pendingShare = 1 / 200
/** An export comes with the members of every role and organization, of which each is a request, or several. */
const requestsOfGroup = 2
const mostAttempts = 6
const longestWaitMs = 30_000

interface Pending {
  kind: PendingKind
  id: string
  noted: number
  attempts: number
  /** Of which moment the copy shows this. What is found to be read besides is no younger: who notes it hands this on. */
  since: Date
}

/**
 * Reads again what is noted, until nothing is. A note goes when its answer is written, unless it was raised since the question.
 * @throws RollcallError when the tenant cannot be asked; what was not read stays noted
 */
export async function drainPending(deps: DirectoryDeps, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    if (await isForFill(deps)) return
    const due = await deps.store.db
      .selectFrom('pending')
      .select(['kind', 'id', 'noted', 'attempts', 'since'])
      .where('kind', '!=', 'fill')
      .where('not_before', '<=', sql<Date>`now()`)
      .orderBy('noted')
      .limit(batchSize)
      .execute()
    if (due.length === 0) return
    const queue = due.values()
    await Promise.all(Array.from({ length: atOnce }, () => drainQueue(deps, queue, signal)))
    if (due.length < batchSize) return // who is noted all the time is read again at the next turn
  }
}

/** Whether a fill is the cheaper way to read what is noted: to the tenant, and to everybody who waits here for their turn. */
async function isForFill({ store, now }: DirectoryDeps): Promise<boolean> {
  const { rows } = await sql<{ pending: number; users: number; groups: number }>`SELECT
    (SELECT count(*) FROM (SELECT FROM pending WHERE kind = 'user' AND NOT awaits_log LIMIT ${mostPending + 1}) p) AS pending,
    (SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'users'::regclass) AS users,
    (SELECT count(*) FROM roles) + (SELECT count(*) FROM organizations) AS groups`.execute(store.db)
  const [{ pending, users, groups } = { pending: 0, users: 0, groups: 0 }] = rows
  const most = Math.min(mostPending, Math.max(fewPending, users * pendingShare, groups * requestsOfGroup))
  if (pending > most) await notePending(store.db, { notes: [{ kind: 'fill', id: 'many changes' }], since: now() })
  return pending > most
}

async function drainQueue(deps: DirectoryDeps, queue: Iterator<Pending>, signal: AbortSignal): Promise<void> {
  for (let next = queue.next(); !next.done; next = queue.next()) {
    signal.throwIfAborted()
    const { value: pending } = next
    try {
      await readAgain(deps, pending, signal)
    } catch (error) {
      if (error instanceof TooManyRequests) {
        await sleep(Math.min((error.retryAfterSeconds ?? 1) * 1000, longestWaitMs), undefined, { signal })
      } else await postpone(deps, pending, error)
    }
  }
}

/** @throws the error, if it is not about this one */
async function postpone({ store, logger }: DirectoryDeps, pending: Pending, error: unknown): Promise<void> {
  const { kind, id, noted, attempts } = pending
  if (!(error instanceof UpstreamFailed)) throw error
  const isForbidden = error.code === 'tenant-scope-missing' && kind !== 'user'
  const isNotUnderstood = error.code === 'tenant-answer-not-understood'
  if (!isForbidden && !isNotUnderstood) throw error
  if (isForbidden || attempts + 1 >= mostAttempts) {
    logger.warn({ kind, id, reason: error.message }, 'the directory gives up on what it cannot read')
    await store.db.deleteFrom('pending').where('kind', '=', kind).where('id', '=', id).where('noted', '=', noted).execute() // prettier-ignore
    return
  }
  await store.db
    .updateTable('pending')
    .set({ attempts: attempts + 1, not_before: sql`now() + ${2 ** attempts} * interval '1 second'` })
    .where('kind', '=', kind)
    .where('id', '=', id)
    .execute()
}

async function readAgain(deps: DirectoryDeps, pending: Pending, signal: AbortSignal): Promise<void> {
  const { store, now } = deps
  const since = now()
  switch (pending.kind) {
    case 'user':
      return readUser(deps, pending, signal)
    case 'user-roles':
      return readGroupsOfUser(deps, { pending, group: roles, signal })
    case 'user-organizations':
      return readGroupsOfUser(deps, { pending, group: organizations, signal })
    case 'role':
    case 'organization':
      await refreshMembers(deps, {
        group: pending.kind === 'role' ? roles : organizations,
        id: pending.id,
        since: pending.since,
        signal,
      })
      return settle(store.db, pending, since)
    case 'roles':
    case 'organizations': {
      const group = pending.kind === 'roles' ? roles : organizations
      // In one transaction: were a new group known before its members are asked for, nobody would ever ask for them.
      await refreshGroupList(deps, group, {
        signal,
        alsoWrite: async (trx, added) => {
          await notePending(trx, { notes: added.map((id) => ({ kind: group.kind, id })), since: pending.since })
          await settle(trx, pending, since)
          await tell(trx, { users: 'many' })
        },
      })
      return
    }
    case 'fill':
      return
  }
}

async function readUser(deps: DirectoryDeps, pending: Pending, signal: AbortSignal): Promise<void> {
  const { store, tenant, now } = deps
  await pace(tenant, 'users', signal)
  const since = now()
  const reading = await nextReading(store.db)
  const user = await orGone(tenant.users.getAnew(pending.id))
  await write(store.db, async (trx) => {
    const changed =
      user === undefined
        ? await removeUsers(trx, { userIds: [pending.id], reading })
        : await putUsers(trx, { users: [toUserRow(user)], reading })
    await settle(trx, pending, since)
    await tell(trx, { users: changed })
  })
}

async function readGroupsOfUser(
  deps: DirectoryDeps,
  { pending, group, signal }: { pending: Pending; group: GroupKind; signal: AbortSignal },
): Promise<void> {
  const { store, tenant, now } = deps
  await pace(tenant, 'users', signal)
  const since = now()
  const reading = await nextReading(store.db)
  const client = group === roles ? tenant.roles : tenant.organizations
  const groupIds = ((await orGone(client.ofUser(pending.id))) ?? []).map(({ id }) => id)
  await write(store.db, async (trx) => {
    const unknown = await putGroupsOfUser(trx, { group, userId: pending.id, groupIds, reading })
    // It was made a moment ago; its list will have its members.
    if (unknown) await notePending(trx, { notes: [{ kind: group.groups, id: '' }], since: pending.since })
    await settle(trx, pending, since)
    await tell(trx, { users: [pending.id] })
  })
}

async function orGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

/** Takes the note away; one that was raised since stays, and is as young as the question. */
async function settle(trx: StoreQueries, { kind, id, noted }: Pending, since: Date): Promise<void> {
  const { numDeletedRows } = await trx
    .deleteFrom('pending')
    .where('kind', '=', kind)
    .where('id', '=', id)
    .where('noted', '=', noted)
    .executeTakeFirst()
  if (numDeletedRows > 0n) return
  await trx
    .updateTable('pending')
    .set({ since: sql`greatest(since, ${since}::timestamptz)` })
    .where('kind', '=', kind)
    .where('id', '=', id)
    .execute()
}
