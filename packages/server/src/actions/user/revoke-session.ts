import { z } from 'zod'
import { defineAction } from '../define-action.ts'
import { tokensLive } from '../remarks.ts'

export const revokeSession = defineAction({
  name: 'user.revoke-session',
  summary: 'End one of a user’s sessions',
  permission: 'update:users',
  params: z.strictObject({
    sessionId: z.string().regex(/^[\w-]{1,100}$/, 'Expected the id of a session.'),
    revokeRefreshTokens: z
      .boolean()
      .default(true)
      .meta({ description: 'Also those that came of it: what applications keep to stay signed in.' }),
  }),
  facts: ({ sessionId }) => [`session ${sessionId}`],

  plan({ openSessions = [] }, { sessionId }) {
    return {
      wanted: { [`sessions.${sessionId}`]: null },
      warnings: [tokensLive],
      obstacle: openSessions.length === 0 ? { code: 'session-not-found', message: 'They have no such session open.' } : undefined,
      undo: { why: 'A session that was ended cannot be brought back; they sign in again.' },
    }
  }, // prettier-ignore

  async run({ tenant: { changes }, lookAgain }, { params: { sessionId, revokeRefreshTokens } }) {
    if (revokeRefreshTokens) await changes.revokeSession(sessionId)
    else await changes.endSession(sessionId)
    return { ...(await lookAgain()), openSessions: [] }
  },
})
