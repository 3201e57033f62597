import { Conflict, NotFound } from '@rollcall/http-kit'
import type { Action, ActionPlan, KnownState } from './define-action.ts'
import { readState, type StateReader } from './facts.ts'
import { changesBetween, factsOf, readFields } from './fields.ts'

export interface PlannedAction {
  state: KnownState
  plan: ActionPlan
  /** The wanted fields as they are now. */
  before: Record<string, unknown>
}

/**
 * Looks at the user in the tenant, and says what the action would do to them.
 * @param fields further ones that have to be known
 * @throws NotFound `user-not-found`
 */
export async function planAction(
  tenant: StateReader,
  { action, userId, params, fields = [] }: { action: Action; userId: string; params: unknown; fields?: string[] },
): Promise<PlannedAction> {
  const { user, ...facts } = await readState(tenant, userId, [...(action.facts?.(params) ?? []), ...factsOf(fields)])
  if (!user) throw new NotFound('user-not-found', `There is no user ${userId}.`)
  const state: KnownState = { user, ...facts }
  const plan = action.plan(state, params)
  const before = readFields(state, Object.keys(plan.wanted))
  const obstacle = action.obstacle?.(user) ?? plan.obstacle ?? (isNothingToDo(plan, before) ? nothingToDo : undefined)
  return { state, plan: { ...plan, obstacle }, before }
}

/** What leaves no trace in the tenant is never done already. */
function isNothingToDo({ wanted }: ActionPlan, before: Record<string, unknown>): boolean {
  return Object.keys(wanted).length > 0 && changesBetween(before, wanted).length === 0
}

const nothingToDo = { code: 'nothing-to-change', message: 'It is so already.' }

/** @throws Conflict with the obstacle's code */
export function checkObstacle({ plan: { obstacle } }: PlannedAction): void {
  if (obstacle) throw new Conflict(obstacle.code, obstacle.message)
}
