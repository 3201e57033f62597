import { newUserProfile } from '@rollcall/contracts/admin-api'
import { z } from 'zod'
import { unguessablePassword } from '../../unguessable-password.ts'
import { defineAction, type Remark } from '../define-action.ts'
import {
  accountOf,
  alsoNeededFor,
  findConnection,
  idPrefixOf,
  newUserFacts,
  planNewUser,
  undoOfNew,
} from '../new-user.ts'
import { Password } from '../password.ts'
import type { UserState } from '../user-state.ts'

const Params = z.strictObject({
  ...newUserProfile,
  isEmailVerified: z.boolean().default(false).meta({
    description: 'You vouch that the address is theirs; no mail asks them. Needs `update:users` as well.',
  }),
  password: Password.optional().meta({
    description: 'Of a database; left out: one that nobody knows, and they set their own by mail.',
  }),
}) // prettier-ignore

export const createUser = defineAction({
  name: 'user.create',
  summary: 'Make a new user',
  permission: 'create:users',
  params: Params,
  secrets: ['password'],
  isForAbsent: true,
  idPrefix: idPrefixOf,
  alsoNeeds: (params) => [...alsoNeededFor(params), ...(params.isEmailVerified ? (['update:users'] as const) : [])],
  facts: newUserFacts,

  plan(state: UserState, { isEmailVerified, password, ...profile }) {
    const { wanted, warnings, obstacle } = planNewUser(state, profile)
    const isDatabase = findConnection(state, profile.connection).kind === 'database'
    return {
      wanted: { ...wanted, ...(profile.email !== undefined && { email_verified: isEmailVerified }) },
      warnings: [
        ...warnings,
        ...(isEmailVerified ? [vouched] : []),
        isDatabase ? givenOrUnknown : byCode,
      ],
      obstacle: obstacle ?? (!isDatabase && password !== undefined ? byCode : undefined),
      undo: undoOfNew,
    }
  },

  async run({ tenant: { changes } }, { userId, state, params: { isEmailVerified, password, ...profile } }) {
    const isDatabase = findConnection(state, profile.connection).kind === 'database'
    const account = { ...accountOf(userId, profile), ...(profile.email !== undefined && { email_verified: isEmailVerified }) }
    return { user: await changes.createUser({ ...account, ...(isDatabase && { password: password ?? unguessablePassword() }) }) }
  },
}) // prettier-ignore

const vouched: Remark = {
  code: 'nobody-proved-it',
  message: 'Nobody has shown that the address is theirs: you vouch for it.',
}
/** A preview is not told which. */
const givenOrUnknown: Remark = {
  code: 'given-or-unknown',
  message: 'A password that you give is known to you, too. Without one, nobody knows it, and they are told nothing: they choose “Forgot password?”.',
} // prettier-ignore
const byCode: Remark = {
  code: 'no-password',
  message: 'They sign in without a password, by a code that is sent to them.',
}
