import { z } from 'zod'
import { defineAction } from '../define-action.ts'

export const verifyEmail = defineAction({
  name: 'user.verify-email',
  summary: 'Mark a user’s e-mail address as verified, or not',
  permission: 'update:users',
  isForMany: true,
  params: z.strictObject({ isVerified: z.boolean().default(true) }),
  obstacle: ({ email }) => (email ? undefined : { code: 'no-email', message: 'They have no e-mail address.' }),

  plan({ user }, { isVerified }) {
    return {
      wanted: { email_verified: isVerified },
      warnings: isVerified
        ? [{ code: 'nobody-proved-it', message: 'Nobody has shown that the address is theirs: you vouch for it.' }]
        : [],
      undo: { action: 'user.verify-email', params: { isVerified: user.email_verified ?? false } },
    }
  },

  async run({ tenant: { changes } }, { state, params }) {
    return { user: await changes.updateUser(state.user.user_id, { email_verified: params.isVerified }) }
  },
})
