import { UserEdit } from '@rollcall/contracts/admin-api'
import type { TenantUserPatch } from '@rollcall/tenant-client'
import { defineAction, type Remark } from '../define-action.ts'
import { readField } from '../fields.ts'
import type { UserState } from '../user-state.ts'

/** How each member of an edit is called by the tenant, and in the filter language. */
const names = {
  name: 'name',
  nickname: 'nickname',
  givenName: 'given_name',
  familyName: 'family_name',
  picture: 'picture',
} as const
type Plain = keyof typeof names
const plain = Object.keys(names) as Plain[]
const tables = { userMetadata: 'user_metadata', appMetadata: 'app_metadata' } as const
type Table = keyof typeof tables
const metadata = Object.keys(tables) as Table[]

export const editUser = defineAction({
  name: 'user.edit',
  summary: 'Change a user’s profile and metadata',
  permission: 'update:users',
  isForMany: true,
  params: UserEdit,
  written: wantedBy,

  plan(state, edit) {
    return {
      wanted: wantedBy(edit),
      warnings: [...replacedWhole(state, edit), ...(state.user.user_id.startsWith('auth0|') ? [] : [overwritten])],
      undo: { action: 'user.edit', params: restoring(state, edit) },
    }
  },

  async run({ tenant: { changes } }, { state, params }) {
    return { user: await changes.updateUser(state.user.user_id, patchFor(params)) }
  },
})

function wantedBy(edit: UserEdit): Record<string, unknown> {
  return Object.fromEntries([
    ...plain.filter((key) => edit[key] !== undefined).map((key) => [names[key], edit[key]] as const),
    ...metadata.flatMap((key) =>
      Object.entries(edit[key] ?? {}).map(([name, value]) => [`${tables[key]}.${name}`, value] as const),
    ),
  ])
}

function patchFor(edit: UserEdit): TenantUserPatch {
  return Object.fromEntries([
    ...plain.filter((key) => edit[key] !== undefined).map((key) => [names[key], edit[key]] as const),
    ...metadata.filter((key) => edit[key] !== undefined).map((key) => [tables[key], edit[key]] as const),
  ])
}

/** The edit that makes exactly these fields what they are now. */
function restoring(state: UserState, edit: UserEdit): Record<string, unknown> {
  return Object.fromEntries([
    ...plain.filter((key) => edit[key] !== undefined).map((key) => [key, readField(state, names[key])] as const),
    ...metadata
      .filter((key) => edit[key] !== undefined)
      .map((key) => {
        const keys = Object.keys(edit[key] ?? {})
        return [key, Object.fromEntries(keys.map((name) => [name, readField(state, `${tables[key]}.${name}`)]))] as const
      }),
  ]) // prettier-ignore
}

/** Metadata is merged on its first level only: an object under a key is replaced, not merged into. */
function replacedWhole(state: UserState, edit: UserEdit): Remark[] {
  return metadata.flatMap((key) =>
    Object.entries(edit[key] ?? {}).flatMap(([name, value]) => {
      const field = `${tables[key]}.${name}`
      const lost = lostKeys(readField(state, field), value)
      if (lost.length === 0) return []
      const message = `${field} is replaced whole, so ${lost.join(', ')} in it will be gone.`
      return [{ code: 'metadata-replaced', message }]
    }),
  )
}

function lostKeys(before: unknown, after: unknown): string[] {
  if (typeof before !== 'object' || before === null || Array.isArray(before)) return []
  const kept = typeof after === 'object' && after !== null ? after : {}
  return Object.keys(before).filter((name) => !Object.hasOwn(kept, name))
}

const overwritten: Remark = {
  code: 'provider-overwrites',
  message: 'This account belongs to an identity provider: its next sign-in may write the name and picture again.',
}
