import type { ManagementUser } from '@rollcall/contracts/management-api'
import { z } from 'zod'
import { defineAction } from '../define-action.ts'

/** The identity that has a password, if one has. */
const databaseIdentity = ({ identities }: ManagementUser) => identities.find(({ provider }) => provider === 'auth0')

export const sendPasswordReset = defineAction({
  name: 'user.send-password-reset',
  summary: 'Mail a user the link by which they set a new password',
  permission: 'update:users',
  params: z.strictObject({}),
  obstacle(user) {
    if (!databaseIdentity(user)) return { code: 'no-password', message: 'They sign in without a password of the tenant’s.' } // prettier-ignore
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
