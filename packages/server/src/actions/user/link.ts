import { UserId } from '@rollcall/contracts/admin-api'
import type { ManagementUser } from '@rollcall/contracts/management-api'
import { InvalidInput } from '@rollcall/http-kit'
import { z } from 'zod'
import { defineAction, type KnownState, type Remark } from '../define-action.ts'
import { describeIdentities } from '../fields.ts'
import { notYourOwn } from '../remarks.ts'

const tables = ['user_metadata', 'app_metadata'] as const

export const linkUser = defineAction({
  name: 'user.link',
  summary: 'Make another user’s account one more way to sign in as this user',
  permission: 'manage:credentials',
  params: z.strictObject({
    secondaryUserId: UserId.meta({ description: 'Who stops being a user of their own.' }),
    mergeMetadata: z
      .boolean()
      .default(false)
      .meta({ description: 'Keys of the other user’s metadata that this user does not have are taken over.' }),
  }),
  refusalToThemself: notYourOwn,
  alsoConcerns: ({ secondaryUserId }) => [secondaryUserId],
  facts: ({ secondaryUserId }) => [`user ${secondaryUserId}`],

  plan(state, { secondaryUserId, mergeMetadata }) {
    const { user } = state
    const secondary = secondaryOf(state, secondaryUserId)
    const identities = describeIdentities({ identities: [...user.identities, ...secondary.identities] })
    return {
      wanted: { identities, ...(mergeMetadata && fieldsOf(missingMetadata(user, secondary))) },
      warnings: warningsOf(user, secondary, mergeMetadata),
      obstacle: user.user_id === secondary.user_id ? { code: 'same-user', message: 'They are one user already.' } : undefined,
      undo: { action: 'user.unlink', params: unlinkingOf(secondary) },
    }
  }, // prettier-ignore

  async run({ tenant: { changes }, lookAgain }, { state, params }) {
    const { user_id: userId } = state.user
    const secondary = secondaryOf(state, params.secondaryUserId)
    const metadata = params.mergeMetadata ? missingMetadata(state.user, secondary) : {}
    // Taken over first: once it is linked, what the other one had is nowhere any more.
    if (Object.keys(metadata).length > 0) await changes.updateUser(userId, metadata)
    await changes.linkIdentity(userId, primaryIdentity(secondary))
    return { ...(await lookAgain()), departed: [secondary.user_id] }
  },
})

/** @throws InvalidInput `user-not-found` */
function secondaryOf({ others = [] }: KnownState, userId: string): ManagementUser {
  const [secondary] = others
  if (secondary) return secondary
  const message = `There is no user ${userId}.`
  throw new InvalidInput('user-not-found', message, [{ path: 'body.params.secondaryUserId', message }])
}

function primaryIdentity({ user_id: userId, identities: [identity] }: ManagementUser) {
  if (identity) return { provider: identity.provider, user_id: identity.user_id }
  const [provider = '', ...rest] = userId.split('|')
  return { provider, user_id: rest.join('|') }
}

function unlinkingOf(secondary: ManagementUser) {
  const { provider, user_id: userId } = primaryIdentity(secondary)
  return { provider, userId }
}

type Metadata = Partial<Record<(typeof tables)[number], Record<string, unknown>>>

/** What the secondary user knows and the primary does not, on the first level. */
function missingMetadata(primary: ManagementUser, secondary: ManagementUser): Metadata {
  const missing = tables.map((table) => {
    const held = primary[table] ?? {}
    return [table, Object.entries(secondary[table] ?? {}).filter(([key]) => !Object.hasOwn(held, key))] as const
  })
  return Object.fromEntries(missing.filter(([, entries]) => entries.length > 0).map(([table, entries]) => [table, Object.fromEntries(entries)])) // prettier-ignore
}

const fieldsOf = (metadata: Metadata): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(metadata).flatMap(([table, values]) =>
      Object.entries(values).map(([key, value]) => [`${table}.${key}`, value] as const),
    ),
  )

function warningsOf(primary: ManagementUser, secondary: ManagementUser, mergeMetadata: boolean): Remark[] {
  const { user_id: otherId, email } = secondary
  const kept = mergeMetadata ? missingMetadata(primary, secondary) : {}
  const lost = tables.flatMap((table) =>
    Object.keys(secondary[table] ?? {}).filter((key) => !Object.hasOwn(kept[table] ?? {}, key)).map((key) => `${table}.${key}`),
  )
  return [
    { code: 'no-user-of-its-own', message: `${otherId}${email ? ` (${email})` : ''} stops being a user of its own: whoever signs in with it is this user.` },
    { code: 'not-carried-over', message: 'Its roles, permissions, organizations and sessions are gone; an undo does not bring them back, nor its metadata.' },
    ...(lost.length > 0 ? [{ code: 'metadata-lost', message: `Of its metadata this is lost: ${lost.join(', ')}.` }] : []),
    ...(email !== primary.email ? [{ code: 'addresses-differ', message: 'The two have different e-mail addresses: make sure that they are one person.' }] : []),
    { code: 'deleted-together', message: 'Whoever deletes this user deletes it as well.' },
  ]
} // prettier-ignore
