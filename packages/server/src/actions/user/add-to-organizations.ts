import { z } from 'zod'
import { defineAction } from '../define-action.ts'
import { describeRoles } from '../fields.ts'
import {
  isMember,
  knownOrganizations,
  mostOrganizations,
  OrganizationId,
  organizationFacts,
} from '../organization-params.ts'
import { knownRoles, RoleId } from '../role-params.ts'

const Params = z.strictObject({
  organizations: z
    .array(
      z.strictObject({
        organizationId: OrganizationId,
        roleIds: z
          .array(RoleId)
          .max(50)
          .default([])
          .meta({ description: 'What they are to be there, and nowhere else.' }),
      }),
    )
    .min(1)
    .max(mostOrganizations)
    .refine(
      (organizations) => new Set(organizations.map((one) => one.organizationId)).size === organizations.length,
      'Names one twice.',
    ),
})

export const addToOrganizations = defineAction({
  name: 'user.add-to-organizations',
  summary: 'Make a user a member of organizations',
  permission: 'manage:organizations',
  isForMany: true,
  params: Params,
  refusalToThemself: {
    code: 'cannot-add-yourself-to-organizations',
    message: 'Where you belong to yourself is for somebody else to decide.',
  },
  facts: ({ organizations }) => [
    ...organizationFacts(organizations.map(({ organizationId }) => organizationId)),
    ...(organizations.some(({ roleIds }) => roleIds.length > 0) ? (['allRoles'] as const) : []),
  ],

  plan(state, { organizations }) {
    const ids = organizations.map(({ organizationId }) => organizationId)
    const known = knownOrganizations(state, ids, (place) => `body.params.organizations.${place}.organizationId`)
    const wanted = organizations.map(({ organizationId, roleIds }, place) => {
      const roles = knownRoles(state.allRoles ?? [], roleIds, `body.params.organizations.${place}`)
      const name = known.find(({ id }) => id === organizationId)?.name
      return [organizationId, { name, roles: describeRoles(roles) }] as const
    })
    // Where they belong already, what they are stays as it is: an undo would take what it has not given.
    const joined = wanted.filter(([id]) => !isMember(state, id))
    const isPart = joined.length > 0 && joined.length < wanted.length
    return {
      wanted: Object.fromEntries(joined.map(([id, membership]) => [`organizations.${id}`, membership])),
      warnings: [
        { code: 'no-invitation', message: 'They are a member at once: nobody asks them, and no mail goes out.' },
        ...(isPart ? [{ code: 'member-already', message: 'Where they are a member already nothing changes.' }] : []),
      ],
      obstacle: joined.length === 0 ? { code: 'member-already', message: 'They are a member there already.' } : undefined,
      undo: { action: 'user.remove-from-organizations', params: { organizationIds: joined.map(([id]) => id) } },
    }
  }, // prettier-ignore

  async run({ tenant: { changes }, lookAgain }, { state, params }) {
    const { user_id: userId } = state.user
    for (const { organizationId, roleIds } of params.organizations) {
      if (isMember(state, organizationId)) continue
      await changes.addToOrganization({ organizationId, userId })
      if (roleIds.length > 0) await changes.assignMemberRoles({ organizationId, userId }, roleIds)
    }
    return lookAgain()
  },
})
