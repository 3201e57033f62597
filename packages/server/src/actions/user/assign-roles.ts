import { defineAction } from '../define-action.ts'
import { describeRoles } from '../fields.ts'
import { RoleIds, knownRoles } from '../role-params.ts'

export const assignRoles = defineAction({
  name: 'user.assign-roles',
  summary: 'Give a user roles',
  permission: 'manage:roles',
  isForMany: true,
  params: RoleIds,
  refusalToThemself: {
    code: 'cannot-assign-roles-to-yourself',
    message: 'What you may do yourself is for somebody else to decide.',
  },
  facts: () => ['roles', 'allRoles'],

  plan({ roles = [], allRoles = [] }, { roleIds }) {
    const wanted = knownRoles(allRoles, roleIds)
    const added = wanted.filter(({ id }) => roles.every((held) => held.id !== id))
    return {
      wanted: { roles: describeRoles([...roles, ...added]) },
      warnings: [{ code: 'from-next-token', message: 'It counts from the next access token on that they get.' }],
      undo: { action: 'user.remove-roles', params: { roleIds: added.map(({ id }) => id) } },
    }
  },

  async run({ tenant: { changes, roles } }, { state, params }) {
    const { user_id: userId } = state.user
    await changes.assignRoles(userId, params.roleIds)
    return { roles: await roles.ofUser(userId) }
  },
})
