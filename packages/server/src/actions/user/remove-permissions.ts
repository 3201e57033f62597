import { defineAction, type Remark } from '../define-action.ts'
import { describePermissions } from '../fields.ts'
import { Permissions, isSame, namesOf } from '../permission-params.ts'
import { tokensLive } from '../remarks.ts'

const stillByRole: Remark = {
  code: 'still-by-role',
  message: 'Some of it comes to them by a role as well, and stays until that is taken.',
}

export const removePermissions = defineAction({
  name: 'user.remove-permissions',
  summary: 'Take permissions from a user that were given directly',
  permission: 'manage:roles',
  isForMany: true,
  params: Permissions,
  refusalToThemself: {
    code: 'cannot-remove-permissions-from-yourself',
    message: 'You might take from yourself what you would need to get it back.',
  },
  facts: () => ['permissions'],

  plan({ permissions = [] }, { permissions: asked }) {
    const held = describePermissions(permissions)
    const removed = held.filter((one) => asked.some((other) => isSame(one, other)))
    const byRole = permissions.filter(
      ({ resource_server_identifier: api, permission_name: permission, sources }) =>
        removed.some((one) => isSame(one, { api, permission })) &&
        sources?.some(({ source_type: type }) => type !== 'DIRECT'),
    )
    return {
      wanted: { permissions: held.filter((one) => !removed.includes(one)) },
      warnings: [tokensLive, ...(byRole.length > 0 ? [stillByRole] : [])],
      undo: { action: 'user.assign-permissions', params: { permissions: removed } },
    }
  },

  async run({ tenant: { changes }, lookAgain }, { state, params }) {
    await changes.removePermissions(state.user.user_id, namesOf(params.permissions))
    return lookAgain()
  },
})
