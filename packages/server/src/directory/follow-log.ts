import { InvalidInput } from '@rollcall/http-kit'
import type { ManagementLogEntry } from '@rollcall/contracts/management-api'
import { countHappenings } from './activity.store.ts'
import type { DirectoryDeps } from './deps.ts'
import { tell } from './events.ts'
import { readEntry } from './read-entry.ts'
import { moveCheckpoint, notePending, readState } from './state.store.ts'
import { toUserRow } from './user-row.ts'
import { settleKnown } from './users.store.ts'
import { write } from './write.ts'

const wholePage = 100

/**
 * Reads the tenant's log on from the checkpoint to its end. What it tells is noted, and counted, in the transaction that moves the checkpoint:
 * whoever else reads the same entries finds the checkpoint moved, and leaves them.
 */
export async function followLog(
  deps: DirectoryDeps,
  { namedImports, signal }: { namedImports: Set<string>; signal: AbortSignal },
): Promise<void> {
  const { store, tenant, now } = deps
  for (;;) {
    signal.throwIfAborted()
    const { checkpoint, followed_at: followedAt } = await readState(store.db)
    if (checkpoint === null) return startOver(deps, { from: null, followedAt })
    const askedAt = now()
    let entries: ManagementLogEntry[]
    try {
      entries = await tenant.logs.after(checkpoint === '' ? undefined : checkpoint)
    } catch (error) {
      // A checkpoint that the tenant does not take: it has none of that time any more.
      if (error instanceof InvalidInput && checkpoint !== '') return startOver(deps, { from: checkpoint, followedAt })
      throw error
    }
    await applyEntries(deps, { entries, checkpoint, followedAt, askedAt, namedImports })
    if (entries.length < wholePage) return
  }
}

interface LogPart {
  entries: ManagementLogEntry[]
  checkpoint: string
  /** When the log was last read to its end: what it tells now may have happened right after that. */
  followedAt: Date | null
  askedAt: Date
  namedImports: Set<string>
}

/** @returns false when they were applied already */
export function applyEntries(
  { store }: Pick<DirectoryDeps, 'store'>,
  { entries, checkpoint, followedAt, askedAt, namedImports }: LogPart,
): Promise<boolean> {
  const read = entries.map((entry) => readEntry(entry, namedImports))
  return write(store.db, async (trx) => {
    if (!(await moveCheckpoint(trx, { from: checkpoint, to: entries.at(-1)?.log_id ?? checkpoint }))) return false
    const telling = read.flatMap(({ told }, index) => (told ? [{ index, row: toUserRow(told) }] : []))
    const known = await settleKnown(trx, telling.map(({ row }) => row)) // prettier-ignore
    const settled = new Set(telling.filter((_told, place) => known.has(place)).map(({ index }) => index))
    const notes = read.flatMap((entry, index) => (settled.has(index) ? [] : entry.notes))
    await notePending(trx, { notes, since: followedAt ?? askedAt })
    await countHappenings(
      trx,
      read.flatMap(({ happening }) => happening ?? []),
    )
    if (entries.length < wholePage) await trx.updateTable('directory_state').set({ followed_at: askedAt }).execute()
    return true
  })
}

/**
 * Whether the log has gone on without us: its entries are kept for days only, and a tenant can be set back. An entry that is no longer there
 * may just be old, of a tenant where nothing happens; a fill more does no harm.
 */
export async function checkForGap(deps: DirectoryDeps): Promise<void> {
  const { checkpoint, followed_at: followedAt } = await readState(deps.store.db)
  if (checkpoint === null || checkpoint === '' || (await deps.tenant.logs.has(checkpoint))) return
  await startOver(deps, { from: checkpoint, followedAt })
}

/** Goes to the end of the log; what happened until then is to come from a fill. */
async function startOver(
  { store, tenant, logger, now }: DirectoryDeps,
  { from, followedAt }: { from: string | null; followedAt: Date | null },
): Promise<void> {
  const since = now()
  const latest = await tenant.logs.latest()
  const hasMoved = await write(store.db, async (trx) => {
    if (!(await moveCheckpoint(trx, { from, to: latest?.log_id ?? '' }))) return false
    if (from !== null) await notePending(trx, { notes: [{ kind: 'fill', id: 'gap' }], since: followedAt ?? since })
    await trx.updateTable('directory_state').set({ followed_at: since }).execute()
    await tell(trx, { progress: true })
    return true
  })
  if (hasMoved && from !== null) logger.warn('the tenant’s log has a gap: the directory is filled again')
}
