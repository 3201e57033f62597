import { UserId, type Permission } from '@rollcall/contracts/admin-api'
import type { ManagementUser } from '@rollcall/contracts/management-api'
import { InvalidInput } from '@rollcall/http-kit'
import { z } from 'zod'
import { joinAccess, noAccess, type Access } from '../../recycle-bin/access.ts'
import { giveAccess } from '../../recycle-bin/give-back.ts'
import { takeSnapshot } from '../../recycle-bin/snapshot.ts'
import { defineAction, type ActionPlan, type KnownState, type Remark, type StateAfter } from '../define-action.ts'
import { describeIdentities, readFields } from '../fields.ts'
import { notYourOwn } from '../remarks.ts'
import { inOrder, planStep } from '../steps.ts'
import { idsOf, isNoAccess, Take, takenAccess, takenFields } from '../take-params.ts'
import { patchOf } from '../user-patch.ts'

const tables = ['user_metadata', 'app_metadata'] as const

const Params = z.strictObject({
  secondaryUserId: UserId.meta({ description: 'Who stops being a user of their own.' }),
  mergeMetadata: z
    .boolean()
    .default(false)
    .meta({ description: 'Keys of the other user’s metadata that this user does not have are taken over.' }),
  take: Take.prefault({}).meta({
    description: 'What else of the other user this user is to have. Needs `update:users` for profile and metadata, `manage:roles` for roles and permissions, `manage:organizations` for organizations.',
  }),
}) // prettier-ignore
type Params = z.infer<typeof Params>

/**
 * Makes one user of two. What is taken over is taken before the other one is gone, and what it had is kept, sealed, with the run: `user.unlink` gives
 * it back.
 */
export const linkUser = defineAction({
  name: 'user.link',
  summary: 'Make another user’s account one more way to sign in as this user, and take over what it has',
  permission: 'manage:credentials',
  params: Params,
  alsoNeeds: ({ mergeMetadata, take }) => {
    const needs: [Permission, boolean][] = [
      ['update:users', mergeMetadata || take.profile.length + take.metadata.length > 0],
      ['manage:roles', take.roleIds.length + take.permissions.length > 0],
      ['manage:organizations', take.organizationIds.length > 0],
    ]
    return needs.filter(([, isNeeded]) => isNeeded).map(([permission]) => permission)
  },
  refusalToThemself: notYourOwn,
  alsoConcerns: ({ secondaryUserId }) => [secondaryUserId],
  facts: ({ secondaryUserId }) => [`user ${secondaryUserId}`, `accessOf ${secondaryUserId}`, 'access'],

  plan(state, params): ActionPlan {
    const { user } = state
    const secondary = secondaryOf(state, params.secondaryUserId)
    const { fields, access, accessWanted, accessOfOther } = takenBy(state, secondary, params)
    const isGiven = !isNoAccess(access)
    const identities = describeIdentities({ identities: [...user.identities, ...secondary.identities] })
    const account = [`account.${secondary.user_id}`, `access.${secondary.user_id}`]
    const before = readFields(state, Object.keys(fields))
    const steps = [
      ...(Object.keys(fields).length > 0 ? [planStep({ step: 'take-over', fields: Object.keys(fields) })] : []),
      ...(isGiven ? [planStep({ step: 'give-access', fields: ['access'] })] : []),
      planStep({ step: 'link', fields: ['identities', ...account] }),
    ]
    return {
      wanted: {
        identities,
        ...fields,
        ...(isGiven && { access: accessWanted }),
        [`account.${secondary.user_id}`]: false,
        [`access.${secondary.user_id}`]: null,
      },
      warnings: warningsOf({ state, secondary, taken: Object.keys(fields), access, accessOfOther }),
      obstacle: user.user_id === secondary.user_id ? { code: 'same-user', message: 'They are one user already.' } : undefined,
      undo: {
        action: 'user.unlink',
        params: {
          ...namesOf(secondary),
          giveBack: true,
          takeBack: { ...idsOf(access), fields: before },
        },
      },
      ...(steps.length > 1 && { steps }),
    }
  }, // prettier-ignore

  async run({ tenant, bin, lookAgain }, { state, runId, params }) {
    const { changes } = tenant
    const { user_id: userId } = state.user
    const secondary = secondaryOf(state, params.secondaryUserId)
    const { fields, access, accessWanted } = takenBy(state, secondary, params)
    if (state.keptForDays)
      await bin.changes.keep({ runId, snapshot: await takeSnapshot(tenant, secondary), linkedTo: userId })
    const { provider, userId: id } = namesOf(secondary)
    const link = async (): Promise<StateAfter> => {
      await changes.linkIdentity(userId, { provider, user_id: id })
      return { ...(await lookAgain()), departed: [secondary.user_id] }
    }
    const works: [string, () => Promise<StateAfter>][] = [
      ['take-over', async () => ({ user: await changes.updateUser(userId, patchOf(fields)) })],
      ['give-access', async () => giveAccess(tenant, { userId, has: state.access ?? noAccess, access: accessWanted })],
      ['link', link],
    ]
    const todo = works.filter(([step]) =>
      step === 'take-over' ? Object.keys(fields).length > 0 : step === 'link' || !isNoAccess(access),
    )
    return todo.length === 1 ? link() : inOrder(todo)
  },
})

/** What of the other account becomes this user’s. */
function takenBy(state: KnownState, secondary: ManagementUser, { mergeMetadata, take }: Params) {
  const accessOfOther = state.accessOfOthers?.find(({ userId }) => userId === secondary.user_id)?.access ?? noAccess
  const has = state.access ?? noAccess
  const missing = mergeMetadata ? missingMetadata(state.user, secondary) : []
  const access = takenAccess({ has, other: accessOfOther }, take)
  return {
    fields: takenFields(secondary, { ...take, metadata: [...new Set([...take.metadata, ...missing])] }),
    access,
    accessWanted: joinAccess(has, access, groupsIn(has, access)),
    accessOfOther,
  }
}

/** Every group that the two name: there is each of them, since somebody is in it. */
function groupsIn(...all: Access[]) {
  const organizations = all.flatMap((access) => access.organizations ?? [])
  const roles = all.flatMap((access) => access.roles ?? []).concat(organizations.flatMap(({ roles: there }) => there))
  return { roles, organizations }
}

/** @throws InvalidInput `user-not-found` */
function secondaryOf({ others = [] }: KnownState, userId: string): ManagementUser {
  const [secondary] = others
  if (secondary) return secondary
  const message = `There is no user ${userId}.`
  throw new InvalidInput('user-not-found', message, [{ path: 'body.params.secondaryUserId', message }])
}

/** What the account is called once it is one of several. */
function namesOf({ user_id: userId, identities: [identity] }: ManagementUser): { provider: string; userId: string } {
  if (identity) return { provider: identity.provider, userId: identity.user_id }
  const [provider = '', ...rest] = userId.split('|')
  return { provider, userId: rest.join('|') }
}

const metadataOf = (user: ManagementUser) =>
  tables.flatMap((table) =>
    Object.entries(user[table] ?? {}).map(([key, value]) => ({ table, key, value, field: `${table}.${key}` })),
  )

/** What the secondary user knows and the primary does not, on the first level. */
const missingMetadata = (primary: ManagementUser, secondary: ManagementUser): string[] =>
  metadataOf(secondary)
    .filter(({ table, key, value }) => value !== null && !Object.hasOwn(primary[table] ?? {}, key))
    .map(({ field }) => field)

interface Told {
  state: KnownState
  secondary: ManagementUser
  taken: string[]
  access: Access
  accessOfOther: Access
}

function warningsOf({ state, secondary, taken, access, accessOfOther }: Told): Remark[] {
  const { user: primary, keptForDays: days, access: has } = state
  const { user_id: otherId, email } = secondary
  const lost = metadataOf(secondary).map(({ field }) => field).filter((field) => !taken.includes(field))
  const groups = lostAccess(accessOfOther, access, has ?? noAccess)
  return [
    { code: 'no-user-of-its-own', message: `${otherId}${email ? ` (${email})` : ''} stops being a user of its own: whoever signs in with it is this user.` },
    days
      ? { code: 'kept-with-link', message: `What it has is kept for ${days} days: unlinked by Rollcall, it has its metadata, roles, permissions and organizations again. Sessions and sign-in history do not come back.` }
      : { code: 'not-carried-over', message: 'Its roles, permissions, organizations and sessions are gone; an undo does not bring them back, nor its metadata.' },
    ...(lost.length > 0 ? [{ code: 'metadata-lost', message: 'Of its metadata this is not taken over:', fields: lost }] : []),
    ...(groups.length > 0 ? [{ code: 'access-lost', message: `Not taken over: ${groups.join(', ')}.` }] : []),
    ...(secondary.blocked && !primary.blocked ? [{ code: 'was-blocked', message: 'It is blocked, and this user is not: linked, whoever signs in with it gets in.' }] : []),
    ...(email !== primary.email ? [{ code: 'addresses-differ', message: 'The two have different e-mail addresses: make sure that they are one person.' }] : []),
    { code: 'deleted-together', message: 'Whoever deletes this user deletes it as well.' },
  ]
} // prettier-ignore

/** The names of what the other one has, and neither gives nor finds here. */
function lostAccess(other: Access, taken: Access, has: Access): string[] {
  const isKept = (one: string, ...lists: (readonly string[])[]) => lists.some((list) => list.includes(one))
  const ids = (groups: { id: string }[] | null) => (groups ?? []).map(({ id }) => id)
  const names = (part: 'roles' | 'organizations') =>
    (other[part] ?? []).filter(({ id }) => !isKept(id, ids(taken[part]), ids(has[part]))).map(({ name }) => name)
  const permissions = (access: Access) => idsOf(access).permissions.map(({ api, permission }) => `${permission} (${api})`)
  return [
    ...names('roles'),
    ...permissions(other).filter((one) => !isKept(one, permissions(taken), permissions(has))),
    ...names('organizations'),
  ]
} // prettier-ignore
