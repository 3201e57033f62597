import { z } from 'zod'
import { defineAction } from '../define-action.ts'
import { sessionsOutOfReach, tokensLive } from '../remarks.ts'

export const endSessions = defineAction({
  name: 'user.end-sessions',
  summary: 'Sign a user out everywhere',
  permission: 'update:users',
  isForMany: true,
  params: z.strictObject({
    revokeRefreshTokens: z.boolean().default(true).meta({
      description: 'Also what applications keep to stay signed in.',
    }),
  }),
  facts: ({ revokeRefreshTokens }) => ['sessions', ...(revokeRefreshTokens ? (['refreshTokens'] as const) : [])],

  plan({ sessions, refreshTokens }, { revokeRefreshTokens }) {
    return {
      wanted: {
        ...(sessions !== undefined && { sessions: 0 }),
        ...(revokeRefreshTokens && refreshTokens !== undefined && { refresh_tokens: 0 }),
      },
      warnings: [tokensLive],
      obstacle: sessions === undefined ? sessionsOutOfReach : undefined,
      undo: { why: 'A session that was ended cannot be brought back; they sign in again.' },
    }
  },

  async run({ tenant: { changes } }, { state, params }) {
    const { user_id: userId } = state.user
    // Sessions first: one that is open would be good for new refresh tokens.
    await changes.endSessions(userId)
    if (params.revokeRefreshTokens) await changes.revokeRefreshTokens(userId)
    return { sessions: 0, refreshTokens: 0 }
  },
})
