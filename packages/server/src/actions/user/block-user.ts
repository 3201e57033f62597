import { z } from 'zod'
import { defineAction } from '../define-action.ts'
import { resetLiftsBlock, sessionsOutOfReach, tokensLive } from '../remarks.ts'

export const blockUser = defineAction({
  name: 'user.block',
  summary: 'Block a user, and end their sessions',
  permission: 'update:users',
  isForMany: true,
  params: z.strictObject({
    revokeRefreshTokens: z
      .boolean()
      .default(false)
      .meta({ description: 'Also what applications keep to stay signed in; people sign in anew there after an unblock.' }),
  }), // prettier-ignore
  refusalToThemself: { code: 'cannot-block-yourself', message: 'You would lock yourself out.' },
  facts: ({ revokeRefreshTokens }) => ['sessions', ...(revokeRefreshTokens ? (['refreshTokens'] as const) : [])],
  obstacle: ({ blocked }) => (blocked ? { code: 'already-blocked', message: 'They are blocked already.' } : undefined),

  plan({ sessions, refreshTokens }, { revokeRefreshTokens }) {
    const areTokensKnown = revokeRefreshTokens && refreshTokens !== undefined
    return {
      wanted: {
        blocked: true,
        ...(sessions !== undefined && { sessions: 0 }),
        ...(areTokensKnown && { refresh_tokens: 0 }),
      },
      warnings: [tokensLive, resetLiftsBlock, ...(sessions === undefined ? [sessionsOutOfReach] : [])],
      undo: { action: 'user.unblock', params: {} },
    }
  },

  /** Flag first, sessions second: the other way round leaves a moment to sign in again. */
  async run({ tenant: { changes } }, { state, params }) {
    const { user_id: userId } = state.user
    const user = await changes.updateUser(userId, { blocked: true })
    if (state.sessions !== undefined) await changes.endSessions(userId)
    if (params.revokeRefreshTokens) await changes.revokeRefreshTokens(userId)
    return { user, sessions: 0, refreshTokens: 0 }
  },
})
