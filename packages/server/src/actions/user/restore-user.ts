import { z } from 'zod'
import { joinAccess, noAccess, type Access } from '../../recycle-bin/access.ts'
import { giveBack } from '../../recycle-bin/give-back.ts'
import type { Kept } from '../../recycle-bin/recycle-bin.ts'
import { isMadeHere, isRelinkable, type Snapshot } from '../../recycle-bin/snapshot.ts'
import { defineAction, type ActionPlan, type Remark } from '../define-action.ts'
import { notInRecycleBin } from '../remarks.ts'
import type { UserState } from '../user-state.ts'

/**
 * Makes a deleted user again, with the id they had. Nothing that is there is overwritten, so it also completes a restoration that was interrupted,
 * and gives their roles back to somebody who came back by signing in.
 */
export const restoreUser = defineAction({
  name: 'user.restore',
  summary: 'Restore a deleted user from the recycle bin',
  permission: 'restore:users',
  isForMany: true,
  params: z.strictObject({}),
  refusalToThemself: {
    code: 'cannot-restore-yourself',
    message: 'What you may do yourself is for somebody else to decide.',
  },
  isForAbsent: true,
  obstacle: (_user, { kept }) => (kept ? undefined : notInRecycleBin),
  facts: () => ['kept', 'access', 'allRoles', 'allOrganizations'],

  plan(state: UserState): ActionPlan {
    const undo = { why: 'Delete them again, if they are not to be there.' }
    const { kept } = state
    if (!kept || 'problem' in kept) return { wanted: {}, warnings: [], obstacle: kept?.problem ?? notInRecycleBin, undo }
    return {
      wanted: { account: true, access: accessAfter(state, kept.snapshot), in_recycle_bin: false },
      warnings: losses(state, kept.snapshot),
      obstacle: state.user ? undefined : cannotBeMade(kept.snapshot),
      undo,
    }
  },

  async run({ tenant, bin }, { userId, state }) {
    const snapshot = readable(state.kept)
    const given = await giveBack(tenant, { userId, user: (state as UserState).user, snapshot, has: state.access ?? noAccess, access: accessAfter(state, snapshot) })
    await bin.changes.forget(userId)
    return { ...given, kept: null }
  },
}) // prettier-ignore

function readable(kept: Kept | null | undefined): Snapshot {
  if (kept && 'snapshot' in kept) return kept.snapshot
  throw new TypeError('What was kept cannot be read, which the plan has said.')
}

const accessAfter = ({ access, allRoles = [], allOrganizations = [] }: UserState, snapshot: Snapshot): Access =>
  joinAccess(access ?? noAccess, snapshot.access, { roles: allRoles, organizations: allOrganizations })

function cannotBeMade({ identities }: Snapshot): Remark | undefined {
  const provider = identities[0]?.provider ?? ''
  if (isMadeHere(provider)) return undefined
  const message = `An account at ${provider} is made by signing in there, with the same id as before. Once they have, restore what else they had.`
  return { code: 'comes-back-by-sign-in', message }
}

/** What does not come back, as far as it was theirs. */
function losses({ user, allRoles = [], allOrganizations = [] }: UserState, { user: was, identities, access }: Snapshot): Remark[] {
  const [primary, ...linked] = identities
  const lost = linked.filter((identity) => !isRelinkable(identity)).map(({ provider, user_id: id }) => `${provider}|${id}`)
  const names = (groups: { id: string; name: string }[] | null, all: { id: string }[]) =>
    (groups ?? []).filter(({ id }) => all.every((one) => one.id !== id)).map(({ name }) => name)
  const unread = Object.entries(access).filter(([, part]) => part === null).map(([name]) => name)
  const noRoles = names(access.roles, allRoles)
  const noOrganizations = names(access.organizations, allOrganizations)
  return [
    ...(!user && primary?.provider === 'auth0' ? [{ code: 'new-password', message: 'Their password is lost: they set a new one by “Forgot password?”.' }] : []),
    ...(was.multifactor?.length ? [{ code: 'factors-lost', message: 'Their second factors are lost: they enrol anew.' }] : []),
    { code: 'history-lost', message: `Sessions and sign-in history are lost: ${was.logins_count ?? 0} sign-ins, and an account since ${was.created_at.slice(0, 10)}.` },
    ...(lost.length > 0 ? [{ code: 'identities-lost', message: `These accounts are linked again when they sign in with them and link them: ${lost.join(', ')}.` }] : []),
    ...(noRoles.length > 0 ? [{ code: 'roles-lost', message: `There are no such roles any more: ${noRoles.join(', ')}.` }] : []),
    ...(noOrganizations.length > 0 ? [{ code: 'organizations-lost', message: `There are no such organizations any more, or Rollcall may not see them: ${noOrganizations.join(', ')}.` }] : []),
    ...(unread.length > 0 ? [{ code: 'never-known', message: `The tenant did not let Rollcall see these when they were deleted: ${unread.join(', ')}.` }] : []),
  ]
} // prettier-ignore
