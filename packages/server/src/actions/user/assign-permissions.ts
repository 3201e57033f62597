import { defineAction } from '../define-action.ts'
import { describePermissions, sortPermissions } from '../fields.ts'
import { Permissions, isSame, knownPermissions, namesOf } from '../permission-params.ts'

export const assignPermissions = defineAction({
  name: 'user.assign-permissions',
  summary: 'Give a user permissions directly, past roles',
  permission: 'manage:roles',
  isForMany: true,
  params: Permissions,
  refusalToThemself: {
    code: 'cannot-assign-permissions-to-yourself',
    message: 'What you may do yourself is for somebody else to decide.',
  },
  facts: () => ['permissions', 'apis'],

  plan({ permissions = [], apis }, { permissions: asked }) {
    const held = describePermissions(permissions)
    const added = knownPermissions(apis, asked).filter((one) => !held.some((other) => isSame(one, other)))
    return {
      wanted: { permissions: sortPermissions([...held, ...added]) },
      warnings: [
        { code: 'from-next-token', message: 'It counts from the next access token on that they get.' },
        {
          code: 'beside-roles',
          message: 'It stays when roles are taken from them: nobody sees it by looking at roles.',
        },
      ],
      undo: { action: 'user.remove-permissions', params: { permissions: added } },
    }
  },

  async run({ tenant: { changes }, lookAgain }, { state, params }) {
    await changes.assignPermissions(state.user.user_id, namesOf(params.permissions))
    return lookAgain()
  },
})
