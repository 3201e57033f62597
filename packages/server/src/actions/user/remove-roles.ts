import { defineAction } from '../define-action.ts'
import { tokensLive } from '../remarks.ts'
import { describeRoles } from '../fields.ts'
import { RoleIds, knownRoles } from '../role-params.ts'

export const removeRoles = defineAction({
  name: 'user.remove-roles',
  summary: 'Take roles from a user',
  permission: 'manage:roles',
  isForMany: true,
  params: RoleIds,
  refusalToThemself: {
    code: 'cannot-remove-roles-from-yourself',
    message: 'You might take from yourself what you would need to get it back.',
  },
  facts: () => ['roles', 'allRoles'],

  plan({ roles = [], allRoles = [] }, { roleIds }) {
    const removed = knownRoles(allRoles, roleIds).filter(({ id }) => roles.some((held) => held.id === id))
    return {
      wanted: { roles: describeRoles(roles.filter(({ id }) => removed.every((gone) => gone.id !== id))) },
      warnings: [tokensLive],
      undo: { action: 'user.assign-roles', params: { roleIds: removed.map(({ id }) => id) } },
    }
  },

  async run({ tenant: { changes, roles } }, { state, params }) {
    const { user_id: userId } = state.user
    await changes.removeRoles(userId, params.roleIds)
    return { roles: await roles.ofUser(userId) }
  },
})
