import { z } from 'zod'
import { defineAction } from '../define-action.ts'
import {
  isMember,
  knownOrganizations,
  mostOrganizations,
  OrganizationId,
  organizationFacts,
} from '../organization-params.ts'
import { tokensLive } from '../remarks.ts'

export const removeFromOrganizations = defineAction({
  name: 'user.remove-from-organizations',
  summary: 'End a user’s membership of organizations',
  permission: 'manage:organizations',
  isForMany: true,
  params: z.strictObject({ organizationIds: z.array(OrganizationId).min(1).max(mostOrganizations) }),
  refusalToThemself: {
    code: 'cannot-remove-yourself-from-organizations',
    message: 'You might take from yourself what you would need to get it back.',
  },
  facts: ({ organizationIds }) => organizationFacts(organizationIds),

  plan(state, { organizationIds }) {
    const known = knownOrganizations(state, organizationIds, (place) => `body.params.organizationIds.${place}`)
    const left = known.filter(({ id }) => isMember(state, id))
    return {
      wanted: Object.fromEntries(left.map(({ id }) => [`organizations.${id}`, null])),
      warnings: [
        tokensLive,
        ...(left.some(({ roles }) => roles.length > 0)
          ? [{ code: 'roles-there-go-too', message: 'What they are there goes with it; an undo gives it back.' }]
          : []),
      ],
      obstacle: left.length === 0 ? { code: 'not-a-member', message: 'They are no member there.' } : undefined,
      undo: {
        action: 'user.add-to-organizations',
        params: {
          organizations: left.map(({ id: organizationId, roles }) => ({
            organizationId,
            roleIds: roles.map(({ id }) => id),
          })),
        },
      },
    }
  },

  async run({ tenant: { changes }, lookAgain }, { state, params }) {
    const { user_id: userId } = state.user
    for (const organizationId of params.organizationIds) {
      if (isMember(state, organizationId)) await changes.removeFromOrganization({ organizationId, userId })
    }
    return lookAgain()
  },
})
