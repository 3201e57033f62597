import type { ActionList, ActionPreview } from '@rollcall/contracts/admin-api'
import type { Actor } from '../access/actor.ts'
import { allActions } from './all-actions.ts'
import type { Sight } from '../custom-fields/custom-fields.ts'
import { maskChanges } from '../custom-fields/hide.ts'
import { checkActor, checkCustomFields } from './check-action.ts'
import type { Action, Remark } from './define-action.ts'
import type { ActionDeps } from './deps.ts'
import { changesBetween } from './fields.ts'
import { planAction } from './plan-action.ts'
import type { UserState } from './user-state.ts'

type PreviewDeps = Pick<ActionDeps, 'tenant' | 'bin' | 'reasonRequired' | 'approvalAbove' | 'fields'>

/** What an action would do now. @throws as the action would, for whoever may not do it */
export async function previewAction(
  deps: PreviewDeps,
  { action, actor, userId, params }: { action: Action; actor: Actor; userId: string; params: unknown },
): Promise<ActionPreview> {
  checkActor(action, actor, { userId, params })
  const sight = deps.fields.sightOf(actor)
  const planned = await planAction(deps, { action, userId, params })
  checkCustomFields(action, { params, planned, sight })
  const { state, plan, before } = planned
  return {
    action: action.name,
    userId: action.idPrefix ? null : userId,
    changes: maskChanges(changesBetween(before, plan.wanted), sight),
    warnings: plan.warnings.flatMap((warning) => presentWarning(warning, sight)),
    obstacle: plan.obstacle ?? null,
    undo: { isPossible: 'action' in plan.undo, why: 'why' in plan.undo ? plan.undo.why : null },
    needsReason: deps.reasonRequired.has(action.name),
    basedOn: basedOn(state, before, sight),
  }
}

/** Of several fields those are named that may be seen; a sentence about none of them is not said. */
function presentWarning({ code, message, fields, userIds }: Remark, { hidden }: Sight) {
  const named = fields?.filter((field) => !hidden.has(field))
  if (named?.length === 0) return []
  return [{ code, message: named ? `${message} ${named.join(', ')}.` : message, ...(userIds && { userIds }) }]
}

const basedOn = ({ user }: UserState, before: Record<string, unknown>, { hidden }: Sight) => {
  const fields = Object.entries(before).filter(([field]) => !counts.includes(field) && !hidden.has(field))
  return user && { updatedAt: new Date(user.updated_at).toISOString(), fields: Object.fromEntries(fields) }
}

/** That somebody has signed in meanwhile is no reason not to sign them out. */
const counts = ['sessions', 'refresh_tokens']

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
    actions: allActions
      .filter(({ idPrefix }) => !idPrefix)
      .map((action) => {
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
