import { z } from 'zod'
import { defineAction } from '../define-action.ts'
import { tokensLive } from '../remarks.ts'

export const revokeRefreshToken = defineAction({
  name: 'user.revoke-refresh-token',
  summary: 'Take lasting access back that a user gave an application',
  permission: 'update:users',
  params: z.strictObject({ tokenId: z.string().regex(/^[\w-]{1,100}$/, 'Expected the id of a refresh token.') }),
  facts: ({ tokenId }) => [`refreshToken ${tokenId}`],

  plan({ openTokens = [] }, { tokenId }) {
    return {
      wanted: { [`refresh_tokens.${tokenId}`]: null },
      warnings: [
        tokensLive,
        { code: 'session-stays', message: 'Where their session is open still, the application gets a new one without asking them.' },
      ],
      obstacle: openTokens.length === 0 ? { code: 'refresh-token-not-found', message: 'They have given no such access.' } : undefined,
      undo: { why: 'What was revoked stays so; they sign in to the application again.' },
    }
  }, // prettier-ignore

  async run({ tenant: { changes }, lookAgain }, { params: { tokenId } }) {
    await changes.revokeRefreshToken(tokenId)
    return lookAgain()
  },
})
