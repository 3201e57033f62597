import { z } from 'zod'
import { ownDatabaseIdentity } from '../database-identity.ts'
import { defineAction } from '../define-action.ts'
import { Password } from '../password.ts'
import { noPassword, notYourOwn, sessionsStay } from '../remarks.ts'
import { inSteps, planStep } from '../steps.ts'

export const setPassword = defineAction({
  name: 'user.set-password',
  summary: 'Set a user’s password',
  permission: 'manage:credentials',
  params: z.strictObject({ password: Password }),
  previewParams: z.strictObject({ password: Password.optional() }),
  secrets: ['password'],
  refusalToThemself: notYourOwn,
  obstacle: (user) => (ownDatabaseIdentity(user) ? undefined : noPassword),

  plan({ user }) {
    const isBlocked = user.blocked ?? false
    return {
      wanted: { password: 'set', ...(isBlocked && { blocked: true }) },
      warnings: [
        sessionsStay,
        { code: 'known-to-you', message: 'You know it then, and the log does not tell whether you used it: a link by which they set their own leaves it to them.' },
        ...(isBlocked ? [{ code: 'still-blocked', message: 'Auth0 lifts a block when a password is set this way; Rollcall blocks them again at once.' }] : []),
      ],
      undo: { why: 'Nobody knows the password that was before.' },
      ...(isBlocked && { steps: [planStep({ step: 'set-password', fields: ['password'] }), planStep({ step: 'block-again', fields: ['blocked'] })] }),
    }
  }, // prettier-ignore

  async run({ tenant: { changes } }, { state, params: { password } }) {
    const { user_id: userId, blocked } = state.user
    const connection = ownDatabaseIdentity(state.user)?.connection ?? ''
    const user = await changes.setPassword(userId, { password, connection })
    const done = { user, password: 'set' as const }
    if (!blocked || user.blocked) return done
    const blockAgain = async () => ({ user: await changes.updateUser(userId, { blocked: true }) })
    const { steps = [], ...after } = await inSteps([['block-again', blockAgain]])
    return { ...done, ...after, steps: [{ step: 'set-password' }, ...steps] }
  },
})
