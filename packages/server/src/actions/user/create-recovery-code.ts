import { z } from 'zod'
import { defineAction } from '../define-action.ts'
import { notYourOwn } from '../remarks.ts'

export const createRecoveryCode = defineAction({
  name: 'user.create-recovery-code',
  summary: 'Make a new recovery code, by which a user signs in once without their second factor',
  permission: 'manage:credentials',
  params: z.strictObject({}),
  refusalToThemself: notYourOwn,
  facts: () => ['factors'],

  plan: ({ factors = [] }) => ({
    wanted: {},
    warnings: [
      { code: 'stands-for-a-factor', message: 'Whoever has it and their password gets in, once: tell it to nobody but them, where you know that it is them.' },
      { code: 'code-before-ends', message: 'The recovery code that they have now is good for nothing from then on.' },
      { code: 'shown-once', message: 'It is shown this once, and kept nowhere.' },
    ],
    obstacle: factors.length === 0 ? { code: 'no-factors', message: 'They have no second factor to do without.' } : undefined,
    undo: { why: 'The code before it cannot be brought back; make another, and this one ends.' },
  }),

  run: async ({ tenant: { changes } }, { state }) => ({
    shownOnce: { recoveryCode: await changes.createRecoveryCode(state.user.user_id) },
  }),
}) // prettier-ignore
