import type { ActionList, ActionPreview } from '@rollcall/contracts/admin-api'
import type { Actor } from '../access/actor.ts'
import { allActions } from './all-actions.ts'
import { checkActor } from './check-action.ts'
import type { Action } from './define-action.ts'
import type { ActionDeps } from './deps.ts'
import { changesBetween } from './fields.ts'
import { planAction } from './plan-action.ts'
import type { UserState } from './user-state.ts'

type PreviewDeps = Pick<ActionDeps, 'tenant' | 'bin' | 'reasonRequired' | 'approvalAbove'>

/** What an action would do now. @throws as the action would, for whoever may not do it */
export async function previewAction(
  deps: PreviewDeps,
  { action, actor, userId, params }: { action: Action; actor: Actor; userId: string; params: unknown },
): Promise<ActionPreview> {
  checkActor(action, actor, { userId, params })
  const { state, plan, before } = await planAction(deps, { action, userId, params })
  return {
    action: action.name,
    userId,
    changes: changesBetween(before, plan.wanted),
    warnings: plan.warnings,
    obstacle: plan.obstacle ?? null,
    undo: { isPossible: 'action' in plan.undo, why: 'why' in plan.undo ? plan.undo.why : null },
    needsReason: deps.reasonRequired.has(action.name),
    basedOn: basedOn(state, before),
  }
}

const basedOn = ({ user }: UserState, before: Record<string, unknown>) =>
  user && { updatedAt: new Date(user.updated_at).toISOString(), fields: withoutCounts(before) }

/** That somebody has signed in meanwhile is no reason not to sign them out. */
const withoutCounts = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([field]) => field !== 'sessions' && field !== 'refresh_tokens'))

/** What this actor may do to this user as they are, and why not the rest. */
export async function listActions(
  { tenant, bin, reasonRequired, approvalAbove }: PreviewDeps,
  actor: Actor,
  userId: string,
): Promise<ActionList> {
  const [user, deletion, kept] = await Promise.all([
    tenant.users.get(userId),
    bin.findDeletion(userId),
    bin.findKept(userId),
  ])
  return {
    deleteAfterDays: bin.deleteAfterDays,
    actions: allActions.map((action) => {
      const { name, permission, refusalToThemself } = action
      const missing = { code: 'permission-missing', message: `This needs the permission ${permission}.` }
      const obstacle =
        (actor.permissions.has(permission) ? undefined : missing) ??
        (actor.userId === userId ? refusalToThemself : undefined) ??
        action.obstacle?.(user, { deletion, kept }) ??
        null
      return {
        name,
        isPossible: obstacle === null,
        obstacle,
        needsReason: reasonRequired.has(name),
        needsApproval: approvalAbove.get(name) === 0,
      }
    }),
  }
}
