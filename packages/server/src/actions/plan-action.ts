import { Conflict, NotFound } from '@rollcall/http-kit'
import type { Action, ActionPlan, KnownState } from './define-action.ts'
import { readState, type StateReader } from './facts.ts'
import { changesBetween, factsOf, readFields } from './fields.ts'
import type { UserState } from './user-state.ts'

export interface PlannedAction {
  state: KnownState
  plan: ActionPlan
  /** The wanted fields as they are now. */
  before: Record<string, unknown>
}

/**
 * Looks at the user, and says what the action would do to them.
 * @param fields further ones that have to be known
 * @throws NotFound `user-not-found`
 */
export async function planAction(
  reader: StateReader,
  { action, userId, params, fields = [] }: { action: Action; userId: string; params: unknown; fields?: string[] },
): Promise<PlannedAction> {
  const { user, ...facts } = await readState(reader, userId, [...(action.facts?.(params) ?? []), ...factsOf(fields)])
  if (!user && !action.isForAbsent) throw noUser(userId)
  // An action for those who are not there takes a user who is not.
  const state = { user, ...facts } as KnownState
  return planWith(action, state, params)
}

/** The same, of what is known already. */
export function planWith(action: Action, state: KnownState, params: unknown): PlannedAction {
  const plan = action.plan(state, params)
  const before = readFields(state, Object.keys(plan.wanted))
  const isThere = (state as UserState).user !== undefined
  const obstacle =
    (isThere ? action.obstacle?.(state.user, state) : undefined) ??
    plan.obstacle ??
    (isNothingToDo(plan, before) ? nothingToDo : undefined)
  return { state, plan: { ...plan, obstacle }, before }
}

export const noUser = (userId: string) => new NotFound('user-not-found', `There is no user ${userId}.`)

/** What leaves no trace in the tenant is never done already. */
function isNothingToDo({ wanted }: ActionPlan, before: Record<string, unknown>): boolean {
  return Object.keys(wanted).length > 0 && changesBetween(before, wanted).length === 0
}

const nothingToDo = { code: 'nothing-to-change', message: 'It is so already.' }

/** @throws Conflict with the obstacle's code */
export function checkObstacle({ plan: { obstacle } }: PlannedAction): void {
  if (obstacle) throw new Conflict(obstacle.code, obstacle.message)
}
