import { UpstreamFailed } from '@rollcall/http-kit'
import { z } from 'zod'
import { defineAction } from '../define-action.ts'
import { describeIdentities } from '../fields.ts'
import { notYourOwn } from '../remarks.ts'

export const unlinkUser = defineAction({
  name: 'user.unlink',
  summary: 'Make a linked account a user of its own again',
  permission: 'manage:credentials',
  params: z.strictObject({
    provider: z.string().regex(/^[\w-]{1,64}$/, 'Expected a provider, such as google-oauth2.'),
    userId: z.string().min(1).max(320).meta({ description: 'The id at the provider, without its prefix.' }),
  }),
  refusalToThemself: notYourOwn,

  plan({ user }, { provider, userId }) {
    const isNamed = (one: { provider: string; user_id: string }) => one.provider === provider && one.user_id === userId
    const place = user.identities.findIndex(isNamed)
    const left = user.identities.filter((one) => !isNamed(one))
    const ownId = `${provider}|${userId}`
    return {
      wanted: { identities: describeIdentities({ identities: left }) },
      warnings: [
        { code: 'starts-anew', message: `${ownId} becomes a user of its own, with no metadata, roles, permissions or organizations.` },
        { code: 'sessions-stay', message: 'Who is signed in as this user with it stays signed in: end the sessions as well, if that is not to be.' },
      ],
      obstacle: obstacleOf(place),
      undo: { action: 'user.link', params: { secondaryUserId: ownId } },
    }
  }, // prettier-ignore

  async run({ tenant: { changes, users }, lookAgain }, { state, params: { provider, userId } }) {
    const left = await changes.unlinkIdentity(state.user.user_id, { provider, user_id: userId })
    // Auth0 answers that all is well also where it has unlinked nothing.
    if (left.some((one) => one.provider === provider && one.user_id === userId))
      throw new UpstreamFailed('not-unlinked', 'The tenant answers that it is done, and the account is linked still.')
    const [after, other] = await Promise.all([lookAgain(), users.getAnew(`${provider}|${userId}`)])
    return { ...after, others: [other] }
  },
})

function obstacleOf(place: number) {
  if (place < 0) return { code: 'not-linked', message: 'No such account is linked to this user.' }
  return place === 0 ? { code: 'primary-identity', message: 'It is the account that the user is: it cannot be unlinked.' } : undefined
} // prettier-ignore
