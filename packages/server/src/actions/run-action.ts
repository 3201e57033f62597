import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ActionOutcome, BasedOn, FieldChange } from '@rollcall/contracts/admin-api'
import { Conflict, NotFound } from '@rollcall/http-kit'
import type { Actor } from '../access/actor.ts'
import { presentUser } from '../features/users/present-user.ts'
import type { RunOrigin } from '../store/schema.ts'
import { storableJson } from '../store/storable.ts'
import { auditRun } from './audit-run.ts'
import {
  checkActor,
  checkApproval,
  checkCustomFields,
  checkFields,
  checkFresh,
  checkReason,
  checkStillThere,
} from './check-action.ts'
import type { Action } from './define-action.ts'
import type { ActionDeps } from './deps.ts'
import { fromFailure } from './failures.ts'
import { changesBetween } from './fields.ts'
import { performRun } from './perform-run.ts'
import { checkObstacle, planAction, type PlannedAction } from './plan-action.ts'
import { presentRun } from './present-run.ts'
import { findRun, findUndoing, type LatestRun, type RunRow } from './runs.store.ts'

export interface ActionCall {
  action: Action
  actor: Actor
  userId: string
  /** As the action's own schema has read them. */
  params: unknown
  reason?: string | undefined
  basedOn?: BasedOn | undefined
  idempotencyKey?: string | undefined
  from: Pick<RunOrigin, 'ip' | 'userAgent' | 'requestId' | 'jobId'>
  /** A job's, which has been approved where policy wants that, or what follows from something that was. */
  isApproved?: boolean | undefined
  /** The run that this one undoes, and what it changed: that has to stand still as it left it. */
  undoes?: { runId: string; changes: FieldChange[] } | undefined
}

/** Longer than a run takes: somebody else's on the same user, or the first request's with the same key. */
const waitsForMs = 15_000
const pollMs = 40

/**
 * Does an action to a user: once, recorded before and after, from what the tenant says at this moment.
 * @throws NotAllowed, InvalidInput `reason-required`, Conflict `approval-needed`, NotFound `user-not-found`; Conflict `user-changed`, `changed-since`, `idempotency-key-reused`,
 *   `action-under-way` or an obstacle of the action's; whatever the tenant refuses it with; Unavailable `outcome-unknown`
 */
export async function runAction(deps: ActionDeps, call: ActionCall): Promise<ActionOutcome> {
  const { action, actor, reason, basedOn } = call
  checkActor(action, actor, call)
  checkReason(action, reason, deps.reasonRequired)
  if (!call.isApproved) checkApproval(action, deps.approvalAbove)
  checkFields(basedOn, deps.fields.sightOf(actor))
  const deadlineAt = performance.now() + waitsForMs
  for (;;) {
    const earlier = await findEarlier(deps, call)
    if (earlier) return replay(deps, actor, await ended(deps, earlier, deadlineAt))
    const outcome = await attempt(deps, call, deadlineAt)
    if (outcome) return outcome
    if (performance.now() > deadlineAt) throw underWay()
  }
}

/** @returns undefined when somebody else came first: then all is to be looked at again */
async function attempt(deps: ActionDeps, call: ActionCall, deadlineAt: number): Promise<ActionOutcome | undefined> {
  const { action, actor, userId, params } = call
  const { runs, onStep } = deps
  const sight = deps.fields.sightOf(actor)
  const latest = await runs.findLatest(userId)
  if (latest?.phase === 'started') {
    await ended(deps, latest, deadlineAt)
    return undefined
  }
  const latestSeq = latest?.seq ?? 0
  let planned: PlannedAction
  try {
    planned = await look(deps, call)
  } catch (error) {
    // What is in the way may be what another request has just done, and that may have been this very one, with the same key.
    if (((await runs.findLatest(userId))?.seq ?? 0) !== latestSeq) return undefined
    throw error
  }
  await onStep('read')
  const changes = changesBetween(planned.before, planned.plan.wanted)
  const entry = (run: RunRow) => auditRun(run, { phase: 'started', changes })
  const claim = await runs.claim({ run: newRun(deps, call, planned), latestSeq, entry })
  if (claim === 'undone') throw new Conflict('already-undone', 'It has been undone already.')
  if (claim === 'overtaken' || claim === 'key taken') return undefined
  await onStep('recorded')
  const { run, state, shownOnce } = await performRun(deps, { run: claim.run, action, params, planned })
  await onStep('finished')
  return { run: presentRun(run, undefined, sight), user: state.user ? presentUser(state.user, sight) : null, shownOnce }
}

/** The user as they are now, and what would be done to them. @throws Conflict when that is not to be */
async function look(deps: ActionDeps, call: ActionCall): Promise<PlannedAction> {
  const { action, actor, userId, params, basedOn, undoes } = call
  const planned = await planAction(deps, { action, userId, params, fields: Object.keys(basedOn?.fields ?? {}) })
  checkActor(action, actor, { userId: planned.state.user?.user_id ?? userId, params }) // the tenant may know one user by several names
  const sight = deps.fields.sightOf(actor)
  checkCustomFields(action, { params, planned, sight, isUndo: undoes !== undefined })
  checkFresh(planned.state, basedOn)
  if (undoes) checkStillThere(planned, undoes.changes, sight)
  checkObstacle(planned)
  return planned
}

function newRun({ tenant }: ActionDeps, call: ActionCall, { plan, before }: PlannedAction) {
  const { action, actor, userId, reason, idempotencyKey, from, undoes } = call
  const [otherUserId] = action.alsoConcerns?.(call.params) ?? []
  const origin: RunOrigin = {
    ...from,
    actorKind: actor.kind,
    tenant: tenant.origin,
    ...(otherUserId !== undefined && { otherUserId }),
  }
  return {
    run_id: randomUUID(),
    action: action.name,
    user_id: userId,
    actor_id: actor.userId,
    reason: reason ?? null,
    origin: storableJson(origin),
    before: storableJson(before),
    wanted: storableJson(plan.wanted),
    undo: storableJson(plan.undo),
    steps: storableJson(plan.steps ?? []),
    undo_of: undoes?.runId ?? null,
    idempotency_key: idempotencyKey ?? null,
    request_hash: idempotencyKey === undefined ? null : hashOf(call),
  }
}

/** The first request with the same key. @throws Conflict `idempotency-key-reused` if it asked for something else */
async function findEarlier({ runs }: ActionDeps, call: ActionCall): Promise<RunRow | undefined> {
  const { actor, idempotencyKey: key } = call
  if (key === undefined) return undefined
  const earlier = await runs.findByKey({ actorId: actor.userId, key })
  if (earlier && earlier.request_hash !== hashOf(call)) {
    throw new Conflict('idempotency-key-reused', 'This Idempotency-Key came with another request before; take a new one.')
  }
  return earlier
} // prettier-ignore

function hashOf({ action, userId, params, reason, basedOn, undoes }: ActionCall): string {
  // A hash of a password would let whoever reads it try passwords: another password with the same key counts as the same request.
  const kept = Object.entries(params as object).filter(([name]) => !action.secrets?.includes(name))
  const asked = [action.name, userId, Object.fromEntries(kept), reason ?? null, basedOn ?? null, undoes?.runId ?? null]
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex')
}

async function replay({ store, tenant, fields }: ActionDeps, actor: Actor, run: RunRow): Promise<ActionOutcome> {
  if (run.failure) throw fromFailure(run.failure, run)
  const sight = fields.sightOf(actor)
  const user = await tenant.users.getAnew(run.user_id).catch((error: unknown) => {
    if (error instanceof NotFound) return null
    throw error
  })
  return {
    run: presentRun(run, await findUndoing(store.db, run.run_id), sight),
    user: user && presentUser(user, sight),
    shownOnce: null,
  }
}

/** Waits until a run is over. @throws Conflict `action-under-way` when that takes too long */
async function ended<Known extends LatestRun>({ store }: ActionDeps, run: Known, deadlineAt: number): Promise<Known | RunRow> {
  let current: Known | RunRow = run
  while (current.phase === 'started') {
    if (performance.now() > deadlineAt) throw underWay()
    await sleep(pollMs)
    current = (await findRun(store.db, run.run_id)) ?? current
  }
  return current
} // prettier-ignore

const underWay = () => new Conflict('action-under-way', 'Something else is being done to this user; ask again in a moment.') // prettier-ignore
