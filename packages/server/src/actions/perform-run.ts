import { RollcallError, Unavailable } from '@rollcall/http-kit'
import { tenantAnswerOf, type TenantAnswer } from '@rollcall/tenant-client'
import { auditRun } from './audit-run.ts'
import type { Action, StateAfter } from './define-action.ts'
import type { ActionDeps } from './deps.ts'
import { readState } from './facts.ts'
import { fromFailure, toFailure } from './failures.ts'
import { changesBetween, factsOf, readFields } from './fields.ts'
import { keepLease, LeaseLost, type Lease } from './lease.ts'
import { noUser, type PlannedAction } from './plan-action.ts'
import { renewLease, type RunEnd, type RunRow } from './runs.store.ts'
import { settleRun } from './settle-run.ts'
import type { UserState } from './user-state.ts'
import { writeThrough } from './write-through.ts'

export interface PerformedRun {
  run: RunRow
  state: UserState
  shownOnce: NonNullable<StateAfter['shownOnce']> | null
}

interface Ending extends RunEnd {
  after: StateAfter
  answer?: TenantAnswer | undefined
}

/**
 * Does what a run was begun for, and records how it ended.
 * @throws what the tenant refused it with, once that is recorded; Unavailable `outcome-unknown` when nobody can tell yet: it is settled later
 */
export async function performRun(
  deps: ActionDeps,
  { run, action, params, planned }: { run: RunRow; action: Action; params: unknown; planned: PlannedAction },
): Promise<PerformedRun> {
  const { store, tenant, bin, leaseMs, spaClientId } = deps
  const lease = keepLease(() => renewLease(store.db, run.run_id, leaseMs), leaseMs)
  const watched = watchSteps(deps, lease)
  let error: unknown
  let ending: Ending | undefined
  try {
    const fields = Object.keys(planned.before)
    const tools = {
      tenant: { ...tenant, changes: watched.ofTenant },
      bin: { ...bin, changes: watched.ofBin },
      spaClientId,
      lookAgain: () => lookAt(deps, run.user_id, fields),
    }
    const after = await action.run(tools, { userId: run.user_id, runId: run.run_id, state: planned.state, params })
    error = after.steps?.find((step) => step.error)?.error
    ending = error === undefined ? endOf(run, planned, after) : await settleIfTold(deps, run, after)
  } catch (thrown) {
    error = thrown
    ending = await endingAfter(deps, { run, error, isFirstCall: watched.finished() === 0 })
  } finally {
    lease.stop()
  }
  if (!ending) throw unknown(error) // its lease lapses, and then it is settled
  const ended = await recorded(deps, { run, ending }).catch((cause: unknown) => {
    throw unknown(cause)
  })
  await deps.onStep('ended')
  await writeThrough(deps, run.user_id, ending.after)
  if (ended.phase !== 'done') {
    if (ended.steps.length > 0 || error === undefined) throw fromFailure(ended.failure ?? toFailure(error), ended)
    throw error
  }
  return { run: ended, state: stateAfter(planned, ending.after), shownOnce: ending.after.shownOnce ?? null }
}

async function lookAt(deps: ActionDeps, userId: string, fields: string[]): Promise<StateAfter> {
  const { user, ...facts } = await readState(deps, userId, factsOf(fields))
  if (!user) throw noUser(userId) // somebody has deleted them in between
  return { ...facts, user }
}

function endOf(run: RunRow, planned: PlannedAction, after: StateAfter): Ending {
  const now = readFields(stateAfter(planned, after), Object.keys(planned.before))
  const steps = run.steps.map((step) => (step.result === 'started' ? { ...step, result: 'done' as const } : step))
  return { phase: 'done', changes: changesBetween(planned.before, now), failure: null, steps, after }
}

/** What is known of the user after an answer of the tenant's. */
function stateAfter({ state }: PlannedAction, { user, ...facts }: StateAfter): UserState {
  return { ...state, ...facts, user: user === undefined ? state.user : (user ?? undefined) }
}

/** @returns undefined when it cannot be told yet */
async function endingAfter(
  deps: ActionDeps,
  { run, error, isFirstCall }: { run: RunRow; error: unknown; isFirstCall: boolean },
): Promise<Ending | undefined> {
  const answer = tenantAnswerOf(error)
  if (error instanceof LeaseLost) return undefined
  if (answer?.isRefusal && isFirstCall)
    return { phase: 'failed', changes: [], failure: toFailure(error), steps: [], answer, after: {} }
  const settled = await settleIfTold(deps, run)
  if (!settled) return undefined
  if (settled.phase === 'done') return { ...settled, answer }
  // Without an answer it may be under way in the tenant still: whoever looks when the lease has lapsed sees what came of it.
  if (answer?.status === null && !answer.isRefusal) return undefined
  return { ...settled, phase: settled.changes.length > 0 || answer?.isRefusal ? 'failed' : settled.phase, failure: toFailure(error), answer } // prettier-ignore
}

/** @returns undefined when the tenant does not tell just now */
async function settleIfTold(...asked: Parameters<typeof settleRun>): Promise<Ending | undefined> {
  try {
    return await settleRun(...asked)
  } catch (error) {
    if (error instanceof RollcallError) return undefined
    throw error
  }
}

async function recorded({ runs }: ActionDeps, { run, ending }: { run: RunRow; ending: Ending }): Promise<RunRow> {
  const { phase, changes, failure, steps, answer } = ending
  const entry = (ended: RunRow) => auditRun(run, { phase, changes, steps, answer, endedAt: ended.ended_at })
  // It may be that its lease had lapsed, and somebody else has asked the tenant and recorded what it said.
  return (await runs.end({ runId: run.run_id, phase, changes, failure, steps, entry })) ?? run
}

/** All that changes something: each call told of before and after, and none made by a server that may have been given up. */
function watchSteps({ tenant, bin, onStep }: ActionDeps, lease: Lease) {
  let finished = 0
  const watch = <Calls extends object>(calls: Calls, onFinished: () => void): Calls => {
    const watched = Object.entries(calls).map(([name, call]) => [
      name,
      async (...args: never[]) => {
        await onStep(`before ${name}`)
        lease.check()
        const answer = await (call as (...args: never[]) => Promise<unknown>)(...args)
        onFinished()
        await onStep(`after ${name}`)
        return answer
      },
    ])
    return Object.fromEntries(watched) as Calls // every member as it was, wrapped
  }
  return {
    ofTenant: watch(tenant.changes, () => (finished += 1)),
    ofBin: watch(bin.changes, () => undefined), // the tenant has seen nothing of it
    finished: () => finished,
  }
}

const unknown = (cause: unknown) =>
  new Unavailable(
    'outcome-unknown',
    'It cannot be told just now whether this was done. It will be found out and recorded as soon as the tenant answers.',
    undefined,
    { cause },
  )
