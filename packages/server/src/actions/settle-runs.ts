import { setTimeout as sleep } from 'node:timers/promises'
import { RollcallError } from '@rollcall/http-kit'
import { auditRun } from './audit-run.ts'
import type { ActionDeps } from './deps.ts'
import { recordEnd, takeLapsedRun, type RunRow } from './runs.store.ts'
import { settleRun, type SettledRun } from './settle-run.ts'
import { writeThrough } from './write-through.ts'

/** Finds out how the runs ended whose server is gone, and records it, until the signal is aborted. Nothing is done to a user again. */
export async function settleRuns(deps: ActionDeps, signal: AbortSignal): Promise<void> {
  const pauseMs = Math.min(deps.leaseMs / 4, 2000)
  while (!signal.aborted) {
    const run = await takeLapsedRun(deps.store.db, deps.leaseMs)
    if (run) await settleOne(deps, run)
    else await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}

async function settleOne(deps: ActionDeps, run: RunRow): Promise<void> {
  const { store, tenant, logger } = deps
  let settled: SettledRun
  try {
    settled = run.origin.tenant === tenant.origin ? await settleRun(deps, run) : elsewhere
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error
    logger.warn({ runId: run.run_id, reason: error.code }, 'an interrupted action cannot be settled yet')
    return // its lease lapses again
  }
  const { phase, changes, steps, failure, after } = settled
  const entry = ({ ended_at: endedAt }: RunRow) => auditRun(run, { phase, changes, steps, settledAtStart: true, endedAt })
  await recordEnd(store.db, { runId: run.run_id, phase, changes, steps, failure, entry })
  logger.warn({ runId: run.run_id, action: run.action, phase }, 'an interrupted action is settled')
  await writeThrough(deps, run.user_id, after)
} // prettier-ignore

const elsewhere: SettledRun = {
  phase: 'failed',
  changes: [],
  steps: [],
  failure: { status: 503, code: 'outcome-unknown', message: 'It was interrupted, and Rollcall works with another tenant since.' }, // prettier-ignore
  after: {},
}
