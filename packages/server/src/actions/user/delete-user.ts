import { z } from 'zod'
import { defineAction, type Remark } from '../define-action.ts'

export const deleteUser = defineAction({
  name: 'user.delete',
  summary: 'Delete a user for good',
  permission: 'delete:users',
  params: z.strictObject({}),
  refusalToThemself: {
    code: 'cannot-delete-yourself',
    message: 'You cannot delete the account you are signed in with.',
  },

  plan({ user }) {
    const [, ...linked] = user.identities
    const names = linked.map(({ provider, user_id: id, connection }) => `${provider}|${id} (${connection})`)
    const alsoGone: Remark = {
      code: 'linked-identities-go-too',
      message: `Linked to this account, and deleted with it: ${names.join(', ')}.`,
    }
    return {
      wanted: { user: null },
      warnings: [
        { code: 'final', message: 'It is done at once and for good: profile, metadata, roles and password are gone.' },
        ...(linked.length > 0 ? [alsoGone] : []),
      ],
      undo: { why: 'A deleted account cannot be brought back.' },
    }
  },

  async run({ tenant: { changes } }, { state }) {
    await changes.deleteUser(state.user.user_id)
    return { user: null }
  },
})
