import type { ManagementUser } from '@rollcall/contracts/management-api'
import { z } from 'zod'
import { isMadeHere, takeSnapshot } from '../../recycle-bin/snapshot.ts'
import { defineAction, type Remark } from '../define-action.ts'

export const refusalToDeleteThemself: Remark = {
  code: 'cannot-delete-yourself',
  message: 'You cannot delete the account you are signed in with.',
}

export const deleteUser = defineAction({
  name: 'user.delete',
  summary: 'Delete a user at once',
  permission: 'delete:users',
  isForMany: true,
  params: z.strictObject({}),
  refusalToThemself: refusalToDeleteThemself,

  plan({ user, keptForDays: days }) {
    return {
      wanted: { user: null },
      warnings: [...(days ? keptFor(days, user) : [final]), ...alsoGone(user)],
      undo: days ? { action: 'user.restore', params: {} } : { why: 'A deleted account cannot be brought back.' },
    }
  },

  async run({ tenant, bin }, { state, userId, runId }) {
    const { user, deletion, keptForDays } = state
    if (keptForDays) {
      // Who is blocked because they were to be deleted was as they were before that.
      const before: ManagementUser = deletion ? { ...user, blocked: deletion.wasBlocked || undefined } : user
      await bin.changes.keep({ runId, snapshot: await takeSnapshot(tenant, before) })
    }
    await tenant.changes.deleteUser(userId)
    await bin.changes.cancel(userId)
    return { user: null, deletion: null }
  },
})

const final: Remark = {
  code: 'final',
  message: 'It is done at once and for good: profile, metadata, roles and password are gone.',
}

function keptFor(days: number, { identities }: ManagementUser): Remark[] {
  const provider = identities[0]?.provider ?? ''
  const message = `It is done at once. For ${days} days they can be restored from the recycle bin, with a new password, and without sessions, second factors and sign-in history.` // prettier-ignore
  const bySignIn = `An account at ${provider} is made by signing in there: only then can the rest be restored.`
  return [
    { code: 'kept-in-recycle-bin', message },
    ...(isMadeHere(provider) ? [] : [{ code: 'comes-back-by-sign-in', message: bySignIn }]),
  ]
}

function alsoGone({ identities: [, ...linked] }: ManagementUser): Remark[] {
  if (linked.length === 0) return []
  const names = linked.map(({ provider, user_id: id, connection }) => `${provider}|${id} (${connection})`)
  const message = `Linked to this account, and deleted with it: ${names.join(', ')}.`
  return [{ code: 'linked-identities-go-too', message }]
}
