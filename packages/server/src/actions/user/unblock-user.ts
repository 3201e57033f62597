import { z } from 'zod'
import { defineAction } from '../define-action.ts'

export const unblockUser = defineAction({
  name: 'user.unblock',
  summary: 'Let a blocked user sign in again',
  permission: 'update:users',
  isForMany: true,
  params: z.strictObject({}),
  obstacle({ blocked }, { deletion }) {
    if (deletion) return { code: 'deletion-scheduled', message: 'They are to be deleted: cancel that, and they are let in again.' }
    return blocked ? undefined : { code: 'not-blocked', message: 'They are not blocked.' }
  },

  plan: () => ({
    wanted: { blocked: false },
    warnings: [
      { code: 'brute-force-block-stays', message: 'A block after too many wrong passwords is another one, and stays.' },
      { code: 'sessions-stay-ended', message: 'Sessions that the block ended do not come back.' },
    ],
    undo: { action: 'user.block', params: {} },
  }),

  async run({ tenant: { changes } }, { state }) {
    return { user: await changes.updateUser(state.user.user_id, { blocked: false }) }
  },
}) // prettier-ignore
