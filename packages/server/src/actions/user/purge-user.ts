import { z } from 'zod'
import { defineAction } from '../define-action.ts'
import { notInRecycleBin } from '../remarks.ts'
import type { UserState } from '../user-state.ts'

export const purgeUser = defineAction({
  name: 'user.purge',
  summary: 'Destroy what was kept of a deleted user',
  permission: 'purge:users',
  isForMany: true,
  params: z.strictObject({}),
  isForAbsent: true,
  obstacle: (_user, { kept }) => (kept ? undefined : notInRecycleBin),
  facts: () => ['kept'],

  plan: ({ kept }: UserState) => ({
    wanted: { in_recycle_bin: false },
    warnings: [{ code: 'final', message: 'Nobody can restore them any more. That they were deleted stays in the audit log.' }],
    obstacle: kept ? undefined : notInRecycleBin,
    undo: { why: purged },
  }), // prettier-ignore

  async run({ bin }, { userId }) {
    await bin.changes.forget(userId, purged)
    return { kept: null }
  },
})

const purged = 'What was kept of them was destroyed.'
