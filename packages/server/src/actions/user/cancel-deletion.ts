import { z } from 'zod'
import { defineAction, type Remark } from '../define-action.ts'
import type { UserState } from '../user-state.ts'

const notScheduled: Remark = { code: 'not-scheduled', message: 'Nobody has scheduled their deletion.' }

export const cancelDeletion = defineAction({
  name: 'user.cancel-deletion',
  summary: 'Keep a user whose deletion is scheduled',
  permission: 'delete:users',
  isForMany: true,
  params: z.strictObject({}),
  isForAbsent: true, // gone before the day: nothing is left to be deleted
  obstacle: (_user, { deletion }) => (deletion ? undefined : notScheduled),

  plan: (state: UserState) => ({
    wanted: { deletion: null, ...(isLetIn(state) && { blocked: false }) },
    warnings: isLetIn(state)
      ? [{ code: 'sessions-stay-ended', message: 'They sign in anew: sessions that were ended do not come back.' }]
      : [],
    obstacle: state.deletion ? undefined : notScheduled,
    undo: state.user
      ? { action: 'user.schedule-deletion', params: {} }
      : { why: 'There is no such user to be deleted.' },
  }),

  async run({ tenant: { changes }, bin }, target) {
    const state: UserState = target.state
    const user = isLetIn(state) ? await changes.updateUser(target.userId, { blocked: false }) : state.user
    await bin.changes.cancel(target.userId)
    return { user: user ?? null, deletion: null }
  },
})

/** Whoever was blocked before stays so; and whoever was unblocked meanwhile is left as they are. */
const isLetIn = ({ user, deletion }: UserState): boolean => Boolean(user?.blocked && deletion && !deletion.wasBlocked)
