import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from '@rollcall/database'
import { RollcallError } from '@rollcall/http-kit'
import type { DirectoryDeps } from './deps.ts'
import { drainPending } from './drain-pending.ts'
import { tell } from './events.ts'
import { fillDirectory } from './fill-directory.ts'
import { FillOvertaken } from './fill-users.ts'
import { checkForGap, followLog } from './follow-log.ts'
import { readState, saveFill } from './state.store.ts'
import { sweepRemarks } from './sweep-remarks.ts'
import { write } from './write.ts'

export interface Intervals {
  followIntervalMs: number
  reconcileIntervalMs: number
}

const gapCheckMs = 30_000
const sweepMs = 3_600_000
const fillCheckMs = 500
const firstRetryMs = 500
/** To ask a tenant that is away costs it nothing, and once it is back nobody should wait for long; an export is dear. */
const longestRetryMs = { follow: 10_000, fill: 60_000 }
/**
 * While many users are imported there is always a reason for another fill. Between two of them, everybody else has the tenant and this machine for
 * so many times as long as the last one took.
 */
const restAfterFill = 2
/** An export that fails so often in a row is given up for another one. */
const mostTriesOfOneExport = 4

/** Keeps the directory like the tenant: fills it, follows the log, fills it again from time to time. Until the signal is aborted. */
export async function keepDirectory(deps: DirectoryDeps, intervals: Intervals, signal: AbortSignal): Promise<void> {
  await claimTenant(deps)
  await Promise.all([keepFollowing(deps, intervals, signal), keepFilled(deps, intervals, signal), keepSwept(deps, signal)]) // prettier-ignore
}

/** Users of another tenant are nobody's here. */
async function claimTenant({ store, tenant, logger }: DirectoryDeps): Promise<void> {
  const { tenant: before } = await readState(store.db)
  if (before === tenant.origin) return
  await write(store.db, async (trx) => {
    await sql`TRUNCATE users, user_search, shared_emails, departed_users, roles, organizations, user_roles, organization_members, membership_readings,
      fill_seen, pending, activity, user_days`.execute(trx)
    await sql`UPDATE directory_state SET tenant = ${tenant.origin}, checkpoint = NULL, fill = NULL, filled_at = NULL, members_at = NULL,
      followed_at = NULL, problem = NULL`.execute(trx)
    await tell(trx, { users: 'many' })
    await tell(trx, { progress: true })
  })
  if (before !== null)
    logger.warn({ before, tenant: tenant.origin }, 'the directory was of another tenant and is emptied')
}

async function keepFollowing(deps: DirectoryDeps, { followIntervalMs }: Intervals, signal: AbortSignal): Promise<void> {
  const namedImports = new Set<string>()
  let checkedAt = Number.NEGATIVE_INFINITY
  await repeat(deps, { signal, intervalMs: followIntervalMs, task: 'follow' }, async () => {
    if (performance.now() - checkedAt > gapCheckMs) {
      await checkForGap(deps)
      checkedAt = performance.now()
    }
    await followLog(deps, { namedImports, signal })
    await drainPending(deps, signal)
    await tell(deps.store.db, { progress: true })
  })
}

async function keepFilled(deps: DirectoryDeps, { reconcileIntervalMs }: Intervals, signal: AbortSignal): Promise<void> {
  const { store, now } = deps
  let tries = 0
  let restsUntil = 0
  await repeat(deps, { signal, intervalMs: fillCheckMs, task: 'fill' }, async () => {
    const state = await readState(store.db)
    if (state.checkpoint === null) return // from where to follow is settled first: what happens from then on is not missed
    const isOld = state.filled_at === null || now().getTime() - state.filled_at.getTime() >= reconcileIntervalMs
    const asked = isOld || state.fill !== null || (await isFillPending(deps))
    if (!asked) return
    if (!isOld && state.fill === null && performance.now() < restsUntil) return
    const startedAt = performance.now()
    try {
      await fillDirectory(deps, signal)
      tries = 0
      restsUntil = performance.now() + restAfterFill * (performance.now() - startedAt)
    } catch (error) {
      tries += 1
      if (tries % mostTriesOfOneExport === 0 && state.fill) await saveFill(store.db, { jobId: state.fill.jobId, fill: null }) // prettier-ignore
      if (!(error instanceof FillOvertaken)) throw error
    }
  })
}

async function isFillPending({ store }: DirectoryDeps): Promise<boolean> {
  return (await store.db.selectFrom('pending').select('id').where('kind', '=', 'fill').limit(1).execute()).length > 0
}

async function keepSwept({ store, logger }: DirectoryDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await sql`DELETE FROM departed_users WHERE departed_at < now() - interval '1 day'`.execute(store.db)
      await sql`DELETE FROM membership_readings WHERE read_at < now() - interval '1 day'`.execute(store.db)
      await sweepRemarks(store.db)
    } catch (error) {
      logger.error({ err: error }, 'the directory could not be swept')
    }
    await sleep(sweepMs, undefined, { signal }).catch(() => undefined)
  }
}

/** Does something again and again. What fails is told as the directory's problem, and tried again after ever longer waits. */
async function repeat(
  deps: DirectoryDeps,
  { signal, intervalMs, task }: { signal: AbortSignal; intervalMs: number; task: 'follow' | 'fill' },
  work: () => Promise<void>,
): Promise<void> {
  let retryMs = firstRetryMs
  let mayHaveProblem = true // one that a server before us had, and died of
  while (!signal.aborted) {
    let waitMs = intervalMs
    try {
      await work()
      if (mayHaveProblem) await tellProblem(deps, { task, error: undefined })
      mayHaveProblem = false
      retryMs = firstRetryMs
    } catch (error) {
      if (signal.aborted) return
      mayHaveProblem = true
      await tellProblem(deps, { task, error }).catch((failure: unknown) => {
        deps.logger.error({ err: failure }, 'the directory’s problem could not be noted')
      })
      waitMs = retryMs * (0.75 + Math.random() / 2)
      retryMs = Math.min(retryMs * 2, longestRetryMs[task])
    }
    await sleep(waitMs, undefined, { signal }).catch(() => undefined)
  }
}

async function tellProblem(
  { store, logger, now }: DirectoryDeps,
  { task, error }: { task: 'follow' | 'fill'; error: unknown },
): Promise<void> {
  if (error instanceof RollcallError)
    logger.warn({ task, code: error.code, reason: error.message }, 'the directory cannot be kept just now') // prettier-ignore
  else if (error !== undefined) logger.error({ task, err: error }, 'the directory could not be kept')
  const problem = error === undefined ? null : { code: error instanceof RollcallError ? error.code : 'directory-failed', message: error instanceof RollcallError ? error.message : 'Rollcall could not keep its directory; its log says why.', at: now().toISOString() } // prettier-ignore
  await write(store.db, async (trx) => {
    await trx
      .updateTable('directory_state')
      .set({ problem: problem && JSON.stringify({ ...problem, task }) })
      .$if(problem === null, (some) => some.where(sql<boolean>`problem->>'task' = ${task}`))
      .execute()
    await tell(trx, { progress: true })
  })
}
