import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from '@rollcall/database'
import { NotFound, UpstreamFailed } from '@rollcall/http-kit'
import type { ManagementJob } from '@rollcall/contracts/management-api'
import type { FillProgress } from '../store/schema.ts'
import type { DirectoryDeps } from './deps.ts'
import { tell } from './events.ts'
import { FillOvertaken, fillUsers } from './fill-users.ts'
import { refreshGroups } from './refresh-groups.ts'
import { notePending, readState, saveFill, takeNote } from './state.store.ts'
import { findSharedEmails, nextReading, removeUsers } from './users.store.ts'
import { write } from './write.ts'

/** All that a row of the directory is made of. Auth0 leaves members out of an export that does not name them. */
const exportedFields = [
  'user_id', 'email', 'email_verified', 'username', 'phone_number', 'phone_verified', 'name', 'nickname', 'given_name', 'family_name',
  'picture', 'blocked', 'created_at', 'updated_at', 'last_login', 'last_ip', 'logins_count', 'last_password_reset', 'multifactor',
  'identities', 'user_metadata', 'app_metadata',
] as const // prettier-ignore

const firstPollMs = 100
const longestPollMs = 5000
/** An export of millions takes Auth0 its time. */
const exportWithinMs = 2 * 3_600_000
/** As many are asked for one by one whether they are gone; of more it is the export that is believed. */
const fewMissing = 1000
const removedAtOnce = 2000

/** Reads all users and memberships of the tenant into the directory, or goes on where this was interrupted. */
export async function fillDirectory(deps: DirectoryDeps, signal: AbortSignal): Promise<void> {
  const { store, logger, now } = deps
  const state = await readState(store.db)
  const fill = state.fill ?? (await begin(deps))
  logger.info({ jobId: fill.jobId, lines: fill.lines }, 'filling the directory')
  const startedAt = performance.now()
  try {
    const job = await finishedExport(deps, fill.jobId, signal)
    const written = await fillUsers(deps, { fill, location: job.location ?? '', signal })
    const isFirst = state.filled_at === null
    await refreshGroups(deps, signal)
    const missing = await settleMissing(deps, { reading: fill.reading, signal })
    await findSharedEmails(store.db)
    await write(store.db, async (trx) => {
      if (!(await saveFill(trx, { jobId: fill.jobId, fill: null }))) return
      await trx.updateTable('directory_state').set({ filled_at: now(), members_at: now() }).execute()
      await trx.deleteFrom('pending').where('noted', '<=', fill.noted).where('kind', 'in', ['user', 'fill']).execute()
      await sql`TRUNCATE fill_seen`.execute(trx)
      await tell(trx, { progress: true })
      await tell(trx, { users: 'many' })
    })
    // What a million rows leave the planner ignorant of, and indexes unsure of, they would be until autovacuum comes around.
    if (isFirst || written > 10_000) await sql`VACUUM (ANALYZE) users, user_search, user_roles, organization_members`.execute(store.db) // prettier-ignore
    logger.info({ written, missing, durationMs: Math.round(performance.now() - startedAt) }, 'directory filled')
  } catch (error) {
    // This export is of no more use; the next try begins with another.
    const isJobOver = error instanceof ExportUnusable || (error instanceof NotFound && error.code === 'job-not-found')
    if (isJobOver) await saveFill(store.db, { jobId: fill.jobId, fill: null })
    throw error
  }
}

class ExportUnusable extends UpstreamFailed {}

async function begin({ store, tenant, now }: DirectoryDeps): Promise<FillProgress> {
  const noted = await takeNote(store.db)
  const reading = await nextReading(store.db)
  const [job, users] = await Promise.all([tenant.jobs.exportUsers(exportedFields), countUsers(tenant)])
  const fill = { jobId: job.id, reading, noted, startedAt: now().toISOString(), lines: 0, users, rowsPerSecond: 0 }
  await write(store.db, async (trx) => {
    if (!(await saveFill(trx, { jobId: null, fill }))) throw new FillOvertaken('Another server has begun a fill.')
    await sql`TRUNCATE fill_seen`.execute(trx)
    await tell(trx, { progress: true })
  })
  return fill
}

/** For the time that is left only. */
async function countUsers(tenant: DirectoryDeps['tenant']): Promise<number | null> {
  try {
    const sort = { field: 'created_at', direction: 'down' } as const
    return (await tenant.users.list({ page: 0, perPage: 1, sort })).total
  } catch {
    return null
  }
}

async function finishedExport(
  { tenant, now }: DirectoryDeps,
  jobId: string,
  signal: AbortSignal,
): Promise<ManagementJob> {
  const deadline = now().getTime() + exportWithinMs
  for (let waitMs = firstPollMs; ; waitMs = Math.min(waitMs * 1.5, longestPollMs)) {
    const job = await tenant.jobs.get(jobId)
    if (job.status === 'completed' && job.location !== undefined) return job
    if (job.status === 'failed' || job.status === 'completed')
      throw new ExportUnusable('export-failed', 'The tenant’s export of its users has failed.')
    if (now().getTime() > deadline)
      throw new ExportUnusable('export-too-slow', 'The tenant’s export of its users was not ready in two hours.')
    await sleep(waitMs, undefined, { signal })
  }
}

/**
 * Who was here before the export was asked for, was read last before that, and is not in it, has left the tenant. @returns how many
 */
async function settleMissing(
  { store, now }: DirectoryDeps,
  { reading, signal }: { reading: number; signal: AbortSignal },
): Promise<number> {
  const since = now()
  let missing = 0
  for (let after = ''; ;) {
    signal.throwIfAborted()
    const { rows } = await sql<{ user_id: string }>`
      SELECT user_id FROM users u WHERE reading < ${reading} AND user_id > ${after}
        AND NOT EXISTS (SELECT FROM fill_seen f WHERE f.user_id = u.user_id)
      ORDER BY user_id LIMIT ${removedAtOnce}`.execute(store.db)
    const userIds = rows.map((row) => row.user_id)
    missing += userIds.length
    if (missing <= fewMissing && userIds.length < removedAtOnce) {
      await notePending(store.db, { notes: userIds.map((id) => ({ kind: 'user', id })), since })
    } else {
      await write(store.db, (trx) => removeUsers(trx, { userIds, reading }))
    }
    const last = userIds.at(-1)
    if (last === undefined || userIds.length < removedAtOnce) return missing
    after = last
  }
}
