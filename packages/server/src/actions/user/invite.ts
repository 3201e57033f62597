import { newUserProfile } from '@rollcall/contracts/admin-api'
import { z } from 'zod'
import { unguessablePassword } from '../../unguessable-password.ts'
import {
  defineAction,
  type ActionTarget,
  type ActionTools,
  type Remark,
  type StateAfter,
  type StepReport,
} from '../define-action.ts'
import { describeRoles } from '../fields.ts'
import {
  accountOf,
  alsoNeededFor,
  findConnection,
  idPrefixOf,
  newUserFacts,
  planNewUser,
  undoOfNew,
} from '../new-user.ts'
import { knownOrganizations, OrganizationId } from '../organization-params.ts'
import { noPassword } from '../remarks.ts'
import { knownRoles, RoleId } from '../role-params.ts'
import { inSteps, planStep } from '../steps.ts'
import type { UserState } from '../user-state.ts'

/** Each takes requests of its own, and somebody waits for the answer. */
const mostOrganizations = 10

const Params = z.strictObject({
  ...newUserProfile,
  by: z.enum(['mail', 'link']).default('mail').meta({
    description: 'How they get to set their password. `mail`: the tenant’s own, of a password reset. `link`: one that is shown once, for you to hand over, which needs `manage:credentials` as well.',
  }),
  validForHours: z.int().min(1).max(120).default(72).meta({ description: 'Of a link.' }),
  roleIds: z.array(RoleId).max(50).default([]).meta({ description: 'Needs `manage:roles` as well.' }),
  organizations: z
    .array(z.strictObject({ organizationId: OrganizationId, roleIds: z.array(RoleId).max(50).default([]) }))
    .max(mostOrganizations)
    .default([])
    .refine((all) => new Set(all.map((one) => one.organizationId)).size === all.length, 'Names one twice.')
    .meta({ description: 'Needs `manage:organizations` as well.' }),
}) // prettier-ignore
type Params = z.infer<typeof Params>

/** Makes somebody who sets their own password, with all that they are to have. */
export const inviteUser = defineAction({
  name: 'user.invite',
  summary: 'Invite somebody: a new user who sets their own password',
  permission: 'create:users',
  params: Params,
  isForAbsent: true,
  idPrefix: idPrefixOf,
  alsoNeeds: (params) => [
    ...alsoNeededFor(params),
    ...(params.by === 'link' ? (['manage:credentials'] as const) : []),
    ...(params.roleIds.length > 0 ? (['manage:roles'] as const) : []),
    ...(params.organizations.length > 0 ? (['manage:organizations'] as const) : []),
  ],
  facts: ({ roleIds, organizations, ...params }) => [
    ...newUserFacts(params),
    ...organizations.map(({ organizationId }) => `organization ${organizationId}` as const),
    ...(roleIds.length > 0 || organizations.some((one) => one.roleIds.length > 0) ? (['allRoles'] as const) : []),
  ],

  plan(state: UserState, params) {
    const { by, validForHours: _hours, roleIds, organizations, ...profile } = params
    const { wanted, warnings, obstacle } = planNewUser(state, profile)
    const given = givenBy(state, params)
    return {
      wanted: { ...wanted, ...given.roles, ...given.organizations },
      warnings: [...warnings, ...(by === 'mail' ? [mailGoesOut(profile.email ?? '')] : shownToYou)],
      obstacle: obstacle ?? cannotBeInvited(state, params),
      undo: undoOfNew,
      steps: [
        planStep({ step: 'create', fields: Object.keys(wanted) }),
        ...(roleIds.length > 0 ? [planStep({ step: 'assign-roles', fields: Object.keys(given.roles) })] : []),
        ...(organizations.length > 0 ? [planStep({ step: 'add-to-organizations', fields: Object.keys(given.organizations) })] : []),
        planStep({ step: by === 'mail' ? 'send-mail' : 'create-link', fields: [] }),
      ],
    }
  },

  async run(tools, target) {
    const user = await create(tools, target)
    const after = await inSteps(worksOf(tools, target))
    const invited = await invite(tools, target, after.steps ?? [])
    const steps = [{ step: 'create' }, ...(after.steps ?? []), ...(invited.steps ?? [])]
    const isWhole = steps.every((step: StepReport) => !step.error)
    return { user, ...invited, steps, ...(isWhole && (await tools.lookAgain())) }
  },
}) // prettier-ignore

/** What they are to have, by the fields that say so. @throws InvalidInput for roles and organizations that the tenant has not */
function givenBy(state: UserState, { roleIds, organizations }: Params) {
  const all = state.allRoles ?? []
  const ids = organizations.map(({ organizationId }) => organizationId)
  const known = knownOrganizations(state, ids, (place) => `body.params.organizations.${place}.organizationId`)
  const memberships = organizations.map(({ organizationId, roleIds: theirs }, place) => {
    const roles = describeRoles(knownRoles(all, theirs, `body.params.organizations.${place}`))
    const name = known.find(({ id }) => id === organizationId)?.name
    return [`organizations.${organizationId}`, { name, roles }] as const
  })
  return {
    roles: roleIds.length > 0 ? { roles: describeRoles(knownRoles(all, roleIds)) } : {},
    organizations: Object.fromEntries(memberships),
  }
}

function cannotBeInvited(state: UserState, { connection, email, by }: Params): Remark | undefined {
  if (findConnection(state, connection).kind !== 'database') return noPassword
  return by === 'mail' && email === undefined ? noAddress : undefined
}

const noAddress: Remark = {
  code: 'no-email',
  message: 'Without an e-mail address there is nowhere to send the mail: take a link.',
}
const mailGoesOut = (email: string): Remark => ({
  code: 'mail-goes-out',
  message: `A mail goes to ${email}, by which they set their password, and cannot be called back.`,
})
const shownToYou: Remark[] = [
  { code: 'whoever-has-it', message: 'Whoever has the link sets the password, once: hand it to nobody but them.' },
  { code: 'shown-once', message: 'It is shown this once, and kept nowhere.' },
] // prettier-ignore

type Target = ActionTarget<Params>

function create({ tenant: { changes } }: ActionTools, { userId, params }: Target) {
  const { by: _by, validForHours: _hours, roleIds: _roles, organizations: _organizations, ...profile } = params
  const unverified = profile.email === undefined ? {} : { email_verified: false }
  return changes.createUser({ ...accountOf(userId, profile), ...unverified, password: unguessablePassword() })
}

function worksOf({ tenant: { changes } }: ActionTools, { userId, params: { roleIds, organizations } }: Target) {
  const assignRoles = async () => {
    await changes.assignRoles(userId, roleIds)
    return {}
  }
  const addToOrganizations = async () => {
    for (const { organizationId, roleIds: theirs } of organizations) {
      await changes.addToOrganization({ organizationId, userId })
      if (theirs.length > 0) await changes.assignMemberRoles({ organizationId, userId }, theirs)
    }
    return {}
  }
  return [
    ...(roleIds.length > 0 ? [['assign-roles', assignRoles] as const] : []),
    ...(organizations.length > 0 ? [['add-to-organizations', addToOrganizations] as const] : []),
  ]
}

/** Last, when they have what they are to find. */
function invite(
  { tenant: { changes }, spaClientId }: ActionTools,
  { userId, params: { by, connection, email = '', validForHours } }: Target,
  before: readonly StepReport[],
): Promise<StateAfter> {
  if (by === 'mail') {
    const sendMail = async () => {
      await changes.requestPasswordReset({ email, connection, clientId: spaClientId })
      return {}
    }
    return inSteps([['send-mail', sendMail]])
  }
  // What was done in part is answered as a failure, and a failure shows no link.
  if (before.some(({ error }) => error)) return Promise.resolve({ steps: [{ step: 'create-link', skipped: noLinkNow }] })
  const createLink = async () => {
    const validForSeconds = validForHours * 3600
    const expiresAt = new Date(Date.now() + validForSeconds * 1000).toISOString()
    return { shownOnce: { link: await changes.createPasswordLink(userId, { validForSeconds }), expiresAt } }
  }
  return inSteps([['create-link', createLink]])
} // prettier-ignore

const noLinkNow: Remark = {
  code: 'left-out',
  message: 'Not everything before it was done: make a link on their page once it is.',
}
