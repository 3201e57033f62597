import { sql, transaction } from '@rollcall/database'
import { Conflict, RollcallError } from '@rollcall/http-kit'
import { forgetRemarks } from '../directory/sweep-remarks.ts'
import { gather } from '../store/gather.ts'
import type { StoreQueries } from '../store/open-store.ts'
import type { RunFailure } from '../store/schema.ts'
import { storableJson } from '../store/storable.ts'
import { otherKey, seal, unseal, type SealingKey } from './sealing.ts'
import { readSnapshot, type Snapshot } from './snapshot.ts'

export interface ScheduledDeletion {
  runId: string
  dueAt: Date
  wasBlocked: boolean
}

/** What was kept of a user; where it cannot be read, why. */
export type Kept = { runId: string; deletedAt: Date } & ({ snapshot: Snapshot } | { problem: RunFailure })

/** What Rollcall writes down of deletions. Each is one statement, and may be done again. */
export interface RecycleBinChanges {
  schedule(wanted: { userId: string; runId: string; dueAt: Date; wasBlocked: boolean } & Named): Promise<void>
  cancel(userId: string): Promise<void>
  /**
   * Before the user is deleted, or linked to another; counts from the moment the run is done.
   * @throws Conflict `recycle-bin-key`
   */
  keep(kept: { runId: string; snapshot: Snapshot; linkedTo?: string }): Promise<void>
  /** What was kept of an account that is a user of its own again. */
  forgetLinked(account: LinkedAccount): Promise<void>
  /** Everything that was kept of a user. @param why what whoever would undo the deletion is told */
  forget(userId: string, why?: string): Promise<void>
}

/** An account by the id that it has as a user of its own. */
export interface LinkedAccount {
  userId: string
  linkedTo: string
}

interface Named {
  email: string | null
  name: string | null
}

export interface RecycleBin {
  /** False: without a key nothing is kept, and what is deleted at once is gone. */
  readonly isKeeping: boolean
  readonly keptForDays: number
  /** Between the scheduling of a deletion and the deletion. */
  readonly deleteAfterDays: number
  /** What stands in the way of reading what was sealed with a key; null: nothing. */
  problemOfKey(keyId: string): { code: string; message: string } | null
  /** When a deletion is due that is scheduled now. */
  nextDueAt(): Date
  findDeletion(userId: string): Promise<ScheduledDeletion | null>
  /** Of the latest deletion. */
  findKept(userId: string): Promise<Kept | null>
  /** Of an account that was linked to somebody, at its latest linking. */
  findLinked(account: LinkedAccount): Promise<Kept | null>
  /** Whether anybody is waiting to be deleted, as of at most a second ago. */
  hasScheduled(): Promise<boolean>
  changes: RecycleBinChanges
}

export interface RecycleBinOptions {
  db: StoreQueries
  /** The tenant's origin. */
  tenant: string
  key: SealingKey | undefined
  deleteAfterDays: number
  keepForDays: number
}

const dayMs = 86_400_000
const knownForMs = 1000

export function createRecycleBin({ db, tenant, key, deleteAfterDays, keepForDays }: RecycleBinOptions): RecycleBin {
  let scheduled: { answer: Promise<boolean>; at: number } | undefined
  const contextOf = (userId: string) => `${tenant} ${userId}`

  const findLatest = async (userId: string, linkedTo: string | null): Promise<Kept | null> => {
    const row = await db
      .selectFrom('deleted_users as d')
      .innerJoin('action_runs as r', 'r.run_id', 'd.run_id')
      .select(['d.run_id', 'd.deleted_at', 'd.key_id', 'd.sealed'])
      .where('d.user_id', '=', userId)
      .where('d.linked_to', 'is not distinct from', linkedTo)
      .where('d.tenant', '=', tenant)
      .where('r.phase', '=', 'done')
      .orderBy('d.deleted_at', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (!row) return null
    const found = { runId: row.run_id, deletedAt: row.deleted_at }
    try {
      const text = unseal(key, { sealed: row.sealed, keyId: row.key_id, context: contextOf(userId) })
      return { ...found, snapshot: readSnapshot(text) }
    } catch (error) {
      if (!(error instanceof RollcallError)) throw error
      return { ...found, problem: { status: error.status, code: error.code, message: error.message } }
    }
  }

  const findDeletions = async (userIds: readonly string[]) => {
    const rows = await db
      .selectFrom('scheduled_deletions')
      .select(['user_id', 'run_id', 'due_at', 'was_blocked'])
      .where('user_id', '=', sql<string>`ANY (${userIds}::text[])`)
      .where('tenant', '=', tenant)
      .execute()
    const found = new Map(
      rows.map((row) => [row.user_id, { runId: row.run_id, dueAt: row.due_at, wasBlocked: row.was_blocked }]),
    )
    return userIds.map((userId) => ({ answer: found.get(userId) ?? null }))
  }
  const findDeletion = gather<string, ScheduledDeletion | null>({
    alone: async (userId) => (await findDeletions([userId]))[0]?.answer ?? null,
    together: findDeletions,
  })

  /** Whoever is to be forgotten is, also as what was linked to them, and as what they were linked to. */
  const forgetAccountsOf = (trx: StoreQueries, userId: string) =>
    trx
      .deleteFrom('deleted_users')
      .where('linked_to', 'is not', null)
      .where((row) => row.or([row('user_id', '=', userId), row('linked_to', '=', userId)]))
      .where('tenant', '=', tenant)
      .execute()

  return {
    isKeeping: key !== undefined,
    keptForDays: keepForDays,
    deleteAfterDays,
    problemOfKey: (keyId) => (key?.id === keyId ? null : { code: 'recycle-bin-key', message: otherKey(key, keyId) }),
    nextDueAt: () => new Date(Date.now() + deleteAfterDays * dayMs),

    findDeletion,

    findKept: (userId) => findLatest(userId, null),
    findLinked: ({ userId, linkedTo }) => findLatest(userId, linkedTo),

    hasScheduled() {
      if (scheduled && performance.now() - scheduled.at < knownForMs) return scheduled.answer
      const answer = sql<{ has: boolean }>`SELECT EXISTS (SELECT FROM scheduled_deletions) AS has`
        .execute(db)
        .then(({ rows }) => rows[0]?.has ?? false)
      scheduled = { answer, at: performance.now() }
      answer.catch(() => (scheduled = undefined)) // whoever asks next asks the database
      return answer
    },

    changes: {
      async schedule({ userId, runId, dueAt, wasBlocked, email, name }) {
        const row = { run_id: runId, tenant, email, name, was_blocked: wasBlocked, due_at: dueAt }
        await db
          .insertInto('scheduled_deletions')
          .values({ user_id: userId, ...row })
          .onConflict((conflict) => conflict.column('user_id').doUpdateSet(row))
          .execute()
        scheduled = undefined
      },

      async cancel(userId) {
        await db.deleteFrom('scheduled_deletions').where('user_id', '=', userId).where('tenant', '=', tenant).execute()
        scheduled = undefined
      },

      async keep({ runId, snapshot, linkedTo }) {
        if (!key) throw new Conflict('recycle-bin-key', 'Rollcall has no key to seal with what it would keep.')
        const { user_id: userId, email = null, name = null } = snapshot.user
        const row = {
          tenant,
          user_id: userId,
          email,
          name,
          linked_to: linkedTo ?? null,
          purge_at: new Date(Date.now() + keepForDays * dayMs),
          key_id: key.id,
          sealed: seal(key, storableJson(snapshot), contextOf(userId)),
        }
        await db
          .insertInto('deleted_users')
          .values({ run_id: runId, ...row })
          .onConflict((conflict) => conflict.column('run_id').doUpdateSet(row))
          .execute()
      },

      async forgetLinked({ userId, linkedTo }) {
        await db
          .deleteFrom('deleted_users')
          .where('user_id', '=', userId)
          .where('linked_to', '=', linkedTo)
          .where('tenant', '=', tenant)
          .execute()
      },

      forget: (userId, why) =>
        transaction(db, async (trx) => {
          if (why !== undefined) await forgetAccountsOf(trx, userId)
          const forgotten = await trx
            .deleteFrom('deleted_users')
            .where('user_id', '=', userId)
            .where('linked_to', 'is', null)
            .where('tenant', '=', tenant)
            .returning('run_id')
            .execute()
          if (why === undefined || forgotten.length === 0) return
          await forgetRemarks(trx, userId)
          const runIds = forgotten.map(({ run_id: runId }) => runId)
          await trx
            .updateTable('action_runs')
            .set({ undo: storableJson({ why }) })
            .where('run_id', 'in', runIds)
            .execute()
        }),
    },
  }
}
