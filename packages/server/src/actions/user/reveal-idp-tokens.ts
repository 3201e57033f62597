import { Conflict } from '@rollcall/http-kit'
import { z } from 'zod'
import { defineAction } from '../define-action.ts'

/** An action though it changes nothing: that somebody has seen them stands in the audit log before they are shown. */
export const revealIdpTokens = defineAction({
  name: 'user.reveal-idp-tokens',
  summary: 'Show the tokens that an identity provider gave with a sign-in, once',
  permission: 'read:idp-tokens',
  params: z.strictObject({
    provider: z.string().regex(/^[\w-]{1,64}$/, 'Expected a provider, such as google-oauth2.'),
    userId: z.string().min(1).max(320).meta({ description: 'The id at the provider, without its prefix.' }),
  }),

  plan: ({ user }, { provider, userId }) => ({
    wanted: {},
    warnings: [
      { code: 'acts-as-them', message: `Whoever has them acts at ${provider} in this person’s name, as far as they agreed to it.` },
      { code: 'shown-once', message: 'They are shown this once, and kept nowhere. That you have seen them is recorded.' },
    ],
    obstacle: user.identities.some((one) => one.provider === provider && one.user_id === userId)
      ? undefined
      : { code: 'not-linked', message: 'They have no such account.' },
    undo: { why: 'What was seen cannot be unseen; the provider can revoke the tokens.' },
  }), // prettier-ignore

  async run({ tenant: { ofUser } }, { state, params: { provider, userId } }) {
    const tokens = await ofUser.identityTokens(state.user.user_id, { provider, user_id: userId })
    if (tokens.length > 0) return { shownOnce: { tokens } }
    throw new Conflict('no-tokens', 'The tenant shows none: the provider gave none, or Rollcall lacks the scope read:user_idp_tokens.') // prettier-ignore
  },
})
