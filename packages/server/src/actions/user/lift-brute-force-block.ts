import { z } from 'zod'
import { defineAction } from '../define-action.ts'

export const liftBruteForceBlock = defineAction({
  name: 'user.lift-brute-force-block',
  summary: 'Let a user try again who typed too many wrong passwords',
  permission: 'update:users',
  isForMany: true,
  params: z.strictObject({}),
  facts: () => ['blocks'],

  plan({ user, blocks = [] }) {
    return {
      wanted: { brute_force_blocks: [] },
      warnings: [
        { code: 'may-be-an-attack', message: 'The wrong passwords may have been somebody else’s: whoever it was may go on trying.' },
        ...(user.blocked ? [{ code: 'blocked-stays', message: 'An administrator has blocked them besides: that is another block, and stays.' }] : []),
      ],
      obstacle: blocks.length === 0 ? { code: 'not-blocked', message: 'Brute-force protection does not keep them out.' } : undefined,
      undo: { why: 'It comes back by itself, after as many wrong passwords.' },
    }
  }, // prettier-ignore

  async run({ tenant: { changes }, lookAgain }, { state }) {
    await changes.liftBlocks(state.user.user_id)
    return lookAgain()
  },
})
