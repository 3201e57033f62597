import { isDeepStrictEqual } from 'node:util'
import type { BasedOn, FieldChange } from '@rollcall/contracts/admin-api'
import { Conflict, InvalidInput } from '@rollcall/http-kit'
import { allow, type Actor } from '../access/actor.ts'
import type { Sight } from '../custom-fields/custom-fields.ts'
import { maskChanges } from '../custom-fields/hide.ts'
import { checkValues, checkVisible, checkWritable } from '../custom-fields/refuse.ts'
import type { Action } from './define-action.ts'
import type { PlannedAction } from './plan-action.ts'
import { changesBetween, factsOf, isField, readField, readFields } from './fields.ts'
import type { UserState } from './user-state.ts'

/** @throws NotAllowed without what the action and its parameters need */
export function checkPermissions(action: Action, actor: Actor, params: unknown): void {
  allow(actor, action.permission)
  for (const further of action.alsoNeeds?.(params) ?? []) allow(actor, further)
}

/** @throws NotAllowed without the permission; Conflict when they would do to themself what is not for them to do */
export function checkActor(action: Action, actor: Actor, { userId, params }: { userId: string; params: unknown }): void {
  checkPermissions(action, actor, params)
  const { refusalToThemself: refusal } = action
  const concerned = [userId, ...(action.alsoConcerns?.(params) ?? [])]
  if (refusal && concerned.includes(actor.userId)) throw new Conflict(refusal.code, refusal.message)
} // prettier-ignore

/** @throws InvalidInput `reason-required` */
export function checkReason(action: Action, reason: string | undefined, required: ReadonlySet<string>): void {
  if (reason !== undefined || !required.has(action.name)) return
  throw new InvalidInput('reason-required', `Say why: ${action.name} is not done without a reason.`, [
    { path: 'body.reason', message: 'Say why.' },
  ])
}

/** @throws Conflict `approval-needed` where one person alone may not do it to anybody */
export function checkApproval(action: Action, approvalAbove: ReadonlyMap<string, number>): void {
  if (approvalAbove.get(action.name) !== 0) return
  throw new Conflict(
    'approval-needed',
    `${action.name} needs a second person here: plan a job for it, and have it approved.`,
  )
}

/** Each may be a request to the tenant. */
const mostFacts = 60

/**
 * @throws InvalidInput for a field that no user has, or too many that have to be asked for; NotAllowed `field-hidden`: what is otherwise than it is
 *   said to be would be told
 */
export function checkFields(basedOn: BasedOn | undefined, sight: Sight): void {
  const fields = Object.keys(basedOn?.fields ?? {})
  const faults = fields
    .filter((field) => !isField(field))
    .map((field) => ({ path: `body.basedOn.fields.${field}`, message: 'There is no such field.' }))
  if (faults.length > 0) throw new InvalidInput('invalid-input', 'body.basedOn.fields: There is no such field.', faults)
  if (new Set(factsOf(fields)).size > mostFacts)
    throw new InvalidInput('invalid-input', 'body.basedOn.fields: That is too much to look at.')
  checkVisible(fields, sight)
}

/**
 * Whether what it would change is theirs to change. Before anything else is said of the user: that it is so already would tell what is there.
 * @throws NotAllowed `field-locked`; InvalidInput `field-invalid`
 */
export function checkCustomFields(
  action: Action,
  {
    params,
    planned,
    sight,
    isUndo = false,
  }: { params: unknown; planned: PlannedAction; sight: Sight; isUndo?: boolean },
): void {
  checkWritable(Object.keys(planned.plan.wanted), sight)
  // What was there before may be what nobody would write today.
  if (!isUndo) checkValues(action.written?.(params) ?? {}, sight)
}

/**
 * Whether the user still is what the actor had before them.
 * @throws Conflict `user-changed` with what is otherwise now
 */
export function checkFresh(state: UserState, basedOn: BasedOn | undefined): void {
  if (!basedOn) return
  const { fields, updatedAt } = basedOn
  const updatedNow = state.user?.updated_at
  // Roles change without the user being updated, and a sign-in updates who is not changed: what was seen tells more than when.
  const differences = fields
    ? changesBetween(fields, readFields(state, Object.keys(fields)))
    : changesBetween({ updated_at: moment(updatedAt) }, { updated_at: updatedNow ? moment(updatedNow) : null })
  if (differences.length === 0) return
  throw new Conflict('user-changed', 'This user was changed meanwhile: look at what is otherwise first.', differences)
}

const moment = (text: string) => new Date(text).toISOString()

/** @throws Conflict `changed-since` when what a run has changed is not as the run left it */
export function checkStillThere({ state, plan }: PlannedAction, changes: readonly FieldChange[], sight: Sight): void {
  const differences = changes
    // What the undo leaves alone may be as it likes; and what somebody may do is given and taken by name, which overwrites nobody's.
    .filter(({ field }) => Object.hasOwn(plan.wanted, field) && field !== 'roles' && field !== 'access')
    .map(({ field, after }) => ({ field, before: after, after: readField(state, field) }))
    .filter(({ before, after }) => !isDeepStrictEqual(before, after))
  if (differences.length === 0) return
  throw new Conflict(
    'changed-since',
    'It has been changed again since; undoing it would overwrite that.',
    maskChanges(differences, sight),
  )
}
