import { notTooDeep, reservedAppMetadata, type Permission } from '@rollcall/contracts/admin-api'
import { UpstreamFailed } from '@rollcall/http-kit'
import { z } from 'zod'
import { joinAccess, noAccess, permissionKey, type Access } from '../../recycle-bin/access.ts'
import { giveBack } from '../../recycle-bin/give-back.ts'
import { profileOf, type Snapshot } from '../../recycle-bin/snapshot.ts'
import {
  defineAction,
  type ActionPlan,
  type ActionTools,
  type KnownState,
  type Remark,
  type StateAfter,
} from '../define-action.ts'
import { describeIdentities } from '../fields.ts'
import { namesOf as permissionNames } from '../permission-params.ts'
import { notYourOwn } from '../remarks.ts'
import { inOrder, planStep } from '../steps.ts'
import { AccessIds, Take } from '../take-params.ts'
import { patchOf } from '../user-patch.ts'

/** As `user.edit` takes them: of metadata, a key of the first level. */
const editable = /^(name|nickname|given_name|family_name|picture|(app|user)_metadata\.[^.$\p{Cc}]{1,100})$/u
const reserved = [
  ...reservedAppMetadata.map((key) => `app_metadata.${key}`),
  'app_metadata.__proto__',
  'user_metadata.__proto__',
]

const TakeBack = AccessIds.extend({
  fields: z
    .record(
      z.string().regex(editable).refine((field) => !reserved.includes(field), 'This key cannot be used.'),
      z.unknown().refine(...notTooDeep),
    )
    .default({})
    .meta({ description: 'What they are to be instead: null for nothing.' }),
}) // prettier-ignore

const Params = z.strictObject({
  provider: z.string().regex(/^[\w-]{1,64}$/, 'Expected a provider, such as google-oauth2.'),
  userId: z.string().min(1).max(320).meta({ description: 'The id at the provider, without its prefix.' }),
  giveBack: z.boolean().default(true).meta({
    description: 'The account has again what it had when Rollcall linked it, as far as that is kept.',
  }),
  takeBack: TakeBack.prefault({}).meta({
    description: 'What linking gave to this user, and they are to lose. Needs `update:users`, `manage:roles` and `manage:organizations`, as far as there is some of each.',
  }),
}) // prettier-ignore
type Params = z.infer<typeof Params>

export const unlinkUser = defineAction({
  name: 'user.unlink',
  summary: 'Make a linked account a user of its own again, with what it had',
  permission: 'manage:credentials',
  params: Params,
  alsoNeeds: ({ takeBack }) => {
    const needs: [Permission, boolean][] = [
      ['update:users', Object.keys(takeBack.fields).length > 0],
      ['manage:roles', takeBack.roleIds.length + takeBack.permissions.length > 0],
      ['manage:organizations', takeBack.organizationIds.length > 0],
    ]
    return needs.filter(([, isNeeded]) => isNeeded).map(([permission]) => permission)
  },
  written: ({ takeBack }) => takeBack.fields,
  refusalToThemself: notYourOwn,
  alsoConcerns: (params) => [ownIdOf(params)],
  facts: (params) => [`linked ${ownIdOf(params)}`, 'allRoles', 'allOrganizations', 'access'],

  plan(state, params): ActionPlan {
    const { user } = state
    const isNamed = (one: { provider: string; user_id: string }) => one.provider === params.provider && one.user_id === params.userId
    const place = user.identities.findIndex(isNamed)
    const ownId = ownIdOf(params)
    const steps = stepsOf(state, params)
    const snapshot = snapshotOf(state, params)
    return {
      wanted: {
        identities: describeIdentities({ identities: user.identities.filter((one) => !isNamed(one)) }),
        [`account.${ownId}`]: true,
        ...(snapshot && { [`access.${ownId}`]: accessGivenBack(state, snapshot) }),
        ...params.takeBack.fields,
        ...(takesAccess(params) && { access: accessLeft(state, params) }),
      },
      warnings: warningsOf(state, params),
      obstacle: obstacleOf(place),
      undo: {
        action: 'user.link',
        params: { secondaryUserId: ownId, mergeMetadata: false, take: snapshot ? takenAgain(params) : Take.parse({}) },
      },
      ...(steps.length > 1 && { steps }),
    }
  }, // prettier-ignore

  async run(tools, { state, params }) {
    const steps = stepsOf(state, params).map(({ step }) => [step, works[step as Step](tools, state, params)] as const)
    const [only] = steps
    return steps.length === 1 && only ? only[1]() : inOrder(steps)
  },
})

const ownIdOf = ({ provider, userId }: Params) => `${provider}|${userId}`

function obstacleOf(place: number) {
  if (place < 0) return { code: 'not-linked', message: 'No such account is linked to this user.' }
  return place === 0 ? { code: 'primary-identity', message: 'It is the account that the user is: it cannot be unlinked.' } : undefined
} // prettier-ignore

/** What is kept of the account, where it is wanted and can be read. */
function snapshotOf({ linked }: KnownState, { giveBack: isWanted }: Params): Snapshot | undefined {
  return isWanted && linked && 'snapshot' in linked ? linked.snapshot : undefined
}

const accessGivenBack = ({ allRoles = [], allOrganizations = [] }: KnownState, { access }: Snapshot): Access =>
  joinAccess(noAccess, access, { roles: allRoles, organizations: allOrganizations })

const takesAccess = ({ takeBack: { roleIds, permissions, organizationIds } }: Params) =>
  roleIds.length + permissions.length + organizationIds.length > 0

function accessLeft({ access }: KnownState, { takeBack }: Params): Access {
  const { roles, permissions, organizations } = access ?? noAccess
  const taken = permissionNames(takeBack.permissions).map(permissionKey)
  return {
    roles: roles?.filter(({ id }) => !takeBack.roleIds.includes(id)) ?? null,
    permissions: permissions?.filter((one) => !taken.includes(permissionKey(one))) ?? null,
    organizations: organizations?.filter(({ id }) => !takeBack.organizationIds.includes(id)) ?? null,
  }
}

/** What linking it again takes over again. */
function takenAgain({ takeBack: { fields, ...access } }: Params): Take {
  const names = Object.keys(fields)
  const isMetadata = (name: string) => name.includes('.')
  return Take.parse({
    ...access,
    profile: names.filter((name) => !isMetadata(name)),
    metadata: names.filter(isMetadata),
  })
}

/** The account first: what it had is to go to it, and what it brought stays where it is when it cannot leave. */
function stepsOf(state: KnownState, params: Params) {
  const ownId = ownIdOf(params)
  const fields = Object.keys(params.takeBack.fields)
  return [
    planStep({ step: 'unlink', fields: ['identities', `account.${ownId}`] }),
    ...(snapshotOf(state, params) ? [planStep({ step: 'give-back', fields: [`access.${ownId}`] })] : []),
    ...(fields.length > 0 ? [planStep({ step: 'take-back', fields })] : []),
    ...(takesAccess(params) ? [planStep({ step: 'take-access', fields: ['access'] })] : []),
  ]
}

type Step = 'unlink' | 'give-back' | 'take-back' | 'take-access'
type Work = (tools: ActionTools, state: KnownState, params: Params) => () => Promise<StateAfter>
const works: Record<Step, Work> = {
  unlink:
    ({ tenant: { changes, users }, lookAgain }, { user }, { provider, userId }) =>
    async () => {
      const left = await changes.unlinkIdentity(user.user_id, { provider, user_id: userId })
      // Auth0 answers that all is well also where it has unlinked nothing.
      if (left.some((one) => one.provider === provider && one.user_id === userId))
        throw new UpstreamFailed('not-unlinked', 'The tenant answers that it is done, and the account is linked still.')
      const [after, other] = await Promise.all([lookAgain(), users.getAnew(`${provider}|${userId}`)])
      return { ...after, others: [other] }
    },
  'give-back':
    ({ tenant, bin }, state, params) =>
    async () => {
      const snapshot = snapshotOf(state, params)
      if (!snapshot) return {}
      const ownId = ownIdOf(params)
      // It is a user again since a moment, and has nothing but what its provider says.
      const there = await tenant.changes.updateUser(ownId, profileOf(snapshot))
      const [own] = snapshot.identities
      const wanted = { ...snapshot, identities: own ? [own] : [] } // what was linked to it stays where it is now
      const given = await giveBack(tenant, { userId: ownId, user: there, snapshot: wanted, has: noAccess, access: accessGivenBack(state, snapshot) })
      await bin.changes.forgetLinked({ userId: ownId, linkedTo: state.user.user_id })
      return { others: [given.user], accessOfOthers: [{ userId: ownId, access: given.access }] }
    },
  'take-back':
    ({ tenant: { changes } }, { user }, { takeBack }) =>
    async () => ({ user: await changes.updateUser(user.user_id, patchOf(takeBack.fields)) }),
  'take-access':
    ({ tenant: { changes }, lookAgain }, { user: { user_id: userId } }, { takeBack }) =>
    async () => {
      const { roleIds, permissions, organizationIds } = takeBack
      if (roleIds.length > 0) await changes.removeRoles(userId, roleIds)
      if (permissions.length > 0) await changes.removePermissions(userId, permissionNames(permissions))
      for (const organizationId of organizationIds) await changes.removeFromOrganization({ organizationId, userId })
      const { access, roles } = await lookAgain()
      return { access, roles }
    },
} // prettier-ignore

function warningsOf(state: KnownState, params: Params): Remark[] {
  const { linked } = state
  const ownId = ownIdOf(params)
  const anew = `${ownId} becomes a user of its own, with no metadata, roles, permissions or organizations.`
  const snapshot = snapshotOf(state, params)
  return [
    snapshot
      ? { code: 'given-back', message: `${ownId} becomes a user of its own, with the metadata, roles, permissions and organizations that it had when it was linked. Its sessions and sign-in history do not come back.` }
      : { code: 'starts-anew', message: linked && 'problem' in linked ? `${anew} What it had is kept, and cannot be read: ${linked.problem.message}` : anew },
    ...(snapshot && snapshot.identities.length > 1 ? [{ code: 'others-stay', message: 'The accounts that were linked to it stay with this user.' }] : []),
    { code: 'sessions-stay', message: 'Who is signed in as this user with it stays signed in: end the sessions as well, if that is not to be.' },
  ]
} // prettier-ignore
