import { z } from 'zod'
import { ownDatabaseIdentity } from '../database-identity.ts'
import { defineAction } from '../define-action.ts'
import { noPassword, notYourOwn } from '../remarks.ts'

export const createPasswordLink = defineAction({
  name: 'user.create-password-link',
  summary: 'Make a link by which a user sets a new password',
  permission: 'manage:credentials',
  params: z.strictObject({
    validForHours: z
      .int()
      .min(1)
      .max(120)
      .default(24)
      .meta({ description: 'Auth0’s own links are good for five days.' }),
  }),
  refusalToThemself: notYourOwn,
  obstacle: (user) => (ownDatabaseIdentity(user) ? undefined : noPassword),

  plan: ({ user }) => ({
    wanted: {},
    warnings: [
      { code: 'whoever-has-it', message: 'Whoever has the link sets the password, once: hand it to nobody but them.' },
      { code: 'shown-once', message: 'It is shown this once, and kept nowhere.' },
      ...(user.blocked
        ? [{ code: 'still-blocked', message: 'They are blocked: a new password may lift that, depending on the tenant.' }]
        : []),
    ],
    undo: { why: 'A link cannot be called back; it expires.' },
  }), // prettier-ignore

  async run({ tenant: { changes } }, { state, params: { validForHours } }) {
    const validForSeconds = validForHours * 3600
    const expiresAt = new Date(Date.now() + validForSeconds * 1000).toISOString()
    const link = await changes.createPasswordLink(state.user.user_id, { validForSeconds })
    return { shownOnce: { link, expiresAt } }
  },
})
