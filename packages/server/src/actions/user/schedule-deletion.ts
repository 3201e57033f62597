import { z } from 'zod'
import { defineAction } from '../define-action.ts'
import { resetLiftsBlock, sessionsOutOfReach, tokensLive } from '../remarks.ts'
import { describeDeletion } from '../fields.ts'
import { refusalToDeleteThemself } from './delete-user.ts'

export const scheduleDeletion = defineAction({
  name: 'user.schedule-deletion',
  summary: 'Block and hide a user, and delete them in some days',
  permission: 'delete:users',
  isForMany: true,
  params: z.strictObject({}),
  refusalToThemself: refusalToDeleteThemself,
  facts: () => ['sessions', 'nextDueAt'],
  obstacle: (_user, { deletion }) =>
    deletion ? { code: 'already-scheduled', message: `They are to be deleted on ${dayOf(deletion.dueAt)} already.` } : undefined,

  plan({ sessions, nextDueAt }) {
    return {
      wanted: {
        blocked: true,
        ...(sessions !== undefined && { sessions: 0 }),
        ...(nextDueAt && { deletion: describeDeletion(nextDueAt) }),
      },
      warnings: [
        { code: 'hidden-until-then', message: 'Until then they are in no list that does not ask for them, and can be let in again just as they are.' },
        tokensLive,
        resetLiftsBlock,
        ...(sessions === undefined ? [sessionsOutOfReach] : []),
      ],
      undo: { action: 'user.cancel-deletion', params: {} },
    }
  },

  /** Blocked first: somebody who is blocked and not scheduled is a case that people see; the other way round they would be gone some day. */
  async run({ tenant: { changes }, bin }, { state, userId, runId }) {
    const { user, sessions, nextDueAt: dueAt = bin.nextDueAt() } = state
    const blocked = user.blocked ? user : await changes.updateUser(userId, { blocked: true })
    if (sessions !== undefined) await changes.endSessions(userId)
    const wasBlocked = user.blocked ?? false
    await bin.changes.schedule({ userId, runId, dueAt, wasBlocked, email: user.email ?? null, name: user.name ?? null })
    return { user: blocked, sessions: 0, deletion: { runId, dueAt, wasBlocked } }
  },
}) // prettier-ignore

const dayOf = (moment: Date) => moment.toISOString().slice(0, 10)
