import { z } from 'zod'
import { databaseIdentity } from '../database-identity.ts'
import { defineAction } from '../define-action.ts'
import { noPassword } from '../remarks.ts'

export const sendPasswordReset = defineAction({
  name: 'user.send-password-reset',
  summary: 'Mail a user the link by which they set a new password',
  permission: 'update:users',
  isForMany: true,
  params: z.strictObject({}),
  obstacle(user) {
    if (!databaseIdentity(user)) return noPassword
    return user.email ? undefined : { code: 'no-email', message: 'They have no e-mail address.' }
  },

  plan: ({ user }) => ({
    wanted: {},
    warnings: [
      { code: 'mail-goes-out', message: `A mail goes to ${user.email}, and cannot be called back.` },
      ...(user.blocked
        ? [{ code: 'still-blocked', message: 'They are blocked: a new password may lift that, depending on the tenant.' }]
        : []),
    ],
    undo: { why: 'Mail cannot be called back.' },
  }), // prettier-ignore

  async run({ tenant: { changes }, spaClientId }, { state }) {
    const connection = databaseIdentity(state.user)?.connection ?? ''
    await changes.requestPasswordReset({ email: state.user.email ?? '', connection, clientId: spaClientId })
    return {}
  },
})
