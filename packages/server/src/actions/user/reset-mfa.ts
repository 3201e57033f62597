import { z } from 'zod'
import { defineAction, type Remark } from '../define-action.ts'
import { notYourOwn } from '../remarks.ts'

const passwordIsEnough: Remark = {
  code: 'password-is-enough',
  message: 'Until they enrol again, whoever has their password gets in, and can enrol a factor of their own where the tenant asks for one.', // prettier-ignore
}
const recoveryCode: Remark = {
  code: 'others-stay',
  message: 'Their other factors stay, a recovery code among them if they have one.',
}

export const resetMfa = defineAction({
  name: 'user.reset-mfa',
  summary: 'Take a user’s second factors and passkeys away, all or one',
  permission: 'manage:credentials',
  isForMany: true,
  params: z.strictObject({
    factorId: z
      .string()
      .regex(/^[\w|-]{1,100}$/, 'Expected the id of a factor, such as totp|dev_a1B2c3D4e5F6g7H8.')
      .optional()
      .meta({ description: 'Without it all of them go.' }),
  }),
  refusalToThemself: notYourOwn,
  facts: () => ['factors'],

  plan({ factors = [] }, { factorId }) {
    const gone = factors.filter(({ id }) => factorId === undefined || id === factorId)
    const isAll = gone.length === factors.length
    const nothing = factorId === undefined ? { code: 'no-factors', message: 'They have none.' } : { code: 'factor-not-found', message: 'They have no such factor.' } // prettier-ignore
    return {
      wanted: Object.fromEntries(gone.map(({ id }) => [`factors.${id}`, null])),
      warnings: isAll ? [passwordIsEnough] : [recoveryCode],
      obstacle: gone.length === 0 ? nothing : undefined,
      undo: { why: 'Nobody but they can enrol their factors again.' },
    }
  },

  async run({ tenant: { changes }, lookAgain }, { state, params: { factorId } }) {
    const { user_id: userId } = state.user
    if (factorId === undefined) await changes.removeFactors(userId)
    else await changes.removeFactor(userId, factorId)
    return lookAgain()
  },
})
