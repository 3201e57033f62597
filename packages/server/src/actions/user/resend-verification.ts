import { z } from 'zod'
import { defineAction } from '../define-action.ts'

export const resendVerification = defineAction({
  name: 'user.resend-verification',
  summary: 'Mail a user the link by which they confirm their address',
  permission: 'update:users',
  isForMany: true,
  params: z.strictObject({}),
  obstacle({ email, email_verified: isVerified }) {
    if (!email) return { code: 'no-email', message: 'They have no e-mail address.' }
    return isVerified ? { code: 'already-verified', message: 'Their address is verified.' } : undefined
  },

  plan: ({ user }) => ({
    wanted: {},
    warnings: [{ code: 'mail-goes-out', message: `A mail goes to ${user.email}, and cannot be called back.` }],
    undo: { why: 'Mail cannot be called back.' },
  }),

  async run({ tenant: { changes } }, { state }) {
    await changes.sendVerification(state.user.user_id)
    return {}
  },
})
