import { z } from 'zod'
import { defineAction, type KnownState, type Remark } from '../define-action.ts'
import { notYourOwn, sessionsStay } from '../remarks.ts'

const Params = z.strictObject({
  email: z.email().max(320).toLowerCase(),
  verification: z.enum(['mail', 'vouch', 'none']).default('mail').meta({
    description: '`mail`: they are asked to confirm it. `vouch`: it counts as verified. `none`: it stays unverified.',
  }),
})
type Params = z.infer<typeof Params>

/** Whose addresses are the tenant’s to change; others come from an identity provider. */
const ownProviders = ['auth0', 'email']

export const changeEmail = defineAction({
  name: 'user.change-email',
  summary: 'Change the e-mail address a user signs in with',
  permission: 'manage:credentials',
  params: Params,
  refusalToThemself: notYourOwn,
  facts: ({ email }) => [`email ${email}`],
  obstacle: ({ identities: [primary] }) =>
    primary && ownProviders.includes(primary.provider)
      ? undefined
      : { code: 'address-of-provider', message: 'Their address is their identity provider’s: it is changed there.' },

  plan(state, { email, verification }) {
    const { user } = state
    const isVerified = verification === 'vouch'
    const { email: emailBefore, email_verified: wasVerified } = user
    return {
      wanted: { email, email_verified: isVerified },
      warnings: warningsOf(state, { email, verification }),
      obstacle: takenBy(state),
      undo: emailBefore
        ? { action: 'user.change-email', params: { email: emailBefore, verification: wasVerified ? 'vouch' : 'none' } }
        : { why: 'They had no address before, and none is taken away.' },
    }
  },

  async run({ tenant: { changes } }, { state, params: { email, verification } }) {
    const { user_id: userId, identities } = state.user
    const [connection = ''] = identities.map((identity) => identity.connection)
    const how = { isVerified: verification === 'vouch', sendsMail: verification === 'mail' }
    return { user: await changes.setEmail(userId, { email, connection, ...how }) }
  },
})

/** A connection has an address once. */
function takenBy({ user, holders = [] }: KnownState): Remark | undefined {
  const connection = user.identities[0]?.connection
  const holder = holders.find((one) => one.user_id !== user.user_id && one.identities[0]?.connection === connection)
  return holder && { code: 'email-taken', message: `Another account of ${connection} has this address: ${holder.user_id}.` }
} // prettier-ignore

function warningsOf({ user, holders = [] }: KnownState, { email, verification }: Params): Remark[] {
  const others = holders.filter((one) => one.user_id !== user.user_id)
  const possible: (Remark | false)[] = [
    verification === 'mail' && { code: 'mail-goes-out', message: `A mail goes to ${email}, and cannot be called back.` },
    verification === 'vouch' && { code: 'nobody-proved-it', message: 'Nobody has shown that the address is theirs: you vouch for it.' },
    { code: 'signs-in-otherwise', message: `They sign in with the new address from now on, and set a new password by mail to it.` },
    Boolean(user.username) && { code: 'username-stays', message: `Their username, ${user.username}, stays as it is.` },
    Boolean(user.email) && user.name === user.email && { code: 'name-is-address', message: 'Their name is the old address, and stays.' },
    user.identities.length > 1 && { code: 'linked-addresses-stay', message: 'Addresses of linked accounts stay as they are.' },
    others.length > 0 && { code: 'address-known', message: `Other accounts have this address already: ${others.map((one) => one.user_id).join(', ')}.` },
    sessionsStay,
  ]
  return possible.filter((remark) => remark !== false)
} // prettier-ignore
