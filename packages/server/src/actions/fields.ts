import { isDeepStrictEqual } from 'node:util'
import type { FieldChange } from '@rollcall/contracts/admin-api'
import type { ManagementRole, ManagementUser, ManagementUserPermission } from '@rollcall/contracts/management-api'
import type { Fact } from './facts.ts'
import type { UserState } from './user-state.ts'

const flags = ['blocked', 'email_verified'] as const
const texts = ['email', 'name', 'nickname', 'given_name', 'family_name', 'picture', 'username', 'phone_number'] as const

/** A field that is told of in one way: what has to be read to know it, and what it then is. null: there is none. */
interface Derived {
  facts: Fact[]
  read(state: UserState): unknown
}

const derived: Record<string, Derived> = {
  user: { facts: [], read: ({ user }) => user && summarize(user) },
  connection: { facts: [], read: ({ user }) => user?.identities[0]?.connection },
  identities: { facts: [], read: ({ user }) => user && describeIdentities(user) },
  roles: { facts: ['roles'], read: ({ roles }) => roles && describeRoles(roles) },
  permissions: { facts: ['permissions'], read: ({ permissions }) => permissions && describePermissions(permissions) },
  brute_force_blocks: {
    facts: ['blocks'],
    read: ({ blocks }) => blocks?.map(({ identifier, ip }) => ({ identifier: identifier ?? null, ip: ip ?? null })),
  },
  sessions: { facts: ['sessions'], read: ({ sessions }) => sessions },
  refresh_tokens: { facts: ['refreshTokens'], read: ({ refreshTokens }) => refreshTokens },
  password: { facts: [], read: ({ password }) => password },
  account: { facts: [], read: ({ user }) => user !== undefined },
  deletion: { facts: [], read: ({ deletion }) => deletion && describeDeletion(deletion.dueAt) },
  in_recycle_bin: { facts: ['kept'], read: ({ kept }) => Boolean(kept) },
  access: { facts: ['access'], read: ({ access }) => access },
}

/** One of several, by its id. */
const named: Record<string, (id: string) => Derived> = {
  organizations: (id) => ({
    facts: ['memberships', `organization ${id}`],
    read: (state) => describeMembership(state, id),
  }),
  factors: (id) => ({
    facts: ['factors'],
    read: ({ factors }) => {
      const factor = factors?.find((one) => one.id === id)
      return factor && { type: factor.type, name: factor.name ?? null }
    },
  }),
  sessions: (id) => ({
    facts: [`session ${id}`],
    read: ({ openSessions }) => {
      const session = openSessions?.find((one) => one.id === id)
      return session && { created_at: session.created_at }
    },
  }),
  refresh_tokens: (id) => ({
    facts: [`refreshToken ${id}`],
    read: ({ openTokens }) => {
      const token = openTokens?.find((one) => one.id === id)
      return token && { created_at: token.created_at, client_id: token.client_id }
    },
  }),
}

/** Of another user, by their id: whether they are one of their own, and what they may do. */
const ofOther: Record<string, (id: string) => Derived> = {
  account: (id) => ({
    facts: [`user ${id}`],
    read: ({ others }) => others?.some(({ user_id: userId }) => userId === id) ?? false,
  }),
  access: (id) => ({
    facts: [`accessOf ${id}`],
    read: ({ accessOfOthers }) => accessOfOthers?.find(({ userId }) => userId === id)?.access,
  }),
}

const metadataField = /^(user_metadata|app_metadata)\.(.+)$/su
const namedField = /^(\w+)\.([\w|-]{1,100})$/u
const otherField = /^(account|access)\.([^|\s/]+\|\S{1,300})$/u

function findDerived(field: string): Derived | undefined {
  if (Object.hasOwn(derived, field)) return derived[field]
  const [, what, otherId] = otherField.exec(field) ?? []
  if (what !== undefined && otherId !== undefined) return ofOther[what]?.(otherId)
  const [, noun, id] = namedField.exec(field) ?? []
  return noun !== undefined && id !== undefined && Object.hasOwn(named, noun) ? named[noun]?.(id) : undefined
}

/** Whether a field is one that actions speak of. */
export function isField(field: string): boolean {
  return [...flags, ...texts].some((name) => name === field) || metadataField.test(field) || findDerived(field) !== undefined // prettier-ignore
}

/** Nobody is ever told what it is, so it tells nothing of how a run ended that set it. */
export const isUnreadable = (field: string) => field === 'password'

/** What has to be read to know these fields. */
export function factsOf(fields: readonly string[]): Fact[] {
  return fields.flatMap((field) => findDerived(field)?.facts ?? [])
}

/** @returns the value of a field as JSON has it; null where there is none */
export function readField(state: UserState, field: string): unknown {
  const { user } = state
  const [, table, key] = metadataField.exec(field) ?? []
  if (table !== undefined && key !== undefined) {
    const metadata = (table === 'user_metadata' ? user?.user_metadata : user?.app_metadata) ?? {}
    return Object.hasOwn(metadata, key) ? (metadata[key] ?? null) : null
  }
  const one = findDerived(field)
  if (one) return one.read(state) ?? null
  if (flags.includes(field as 'blocked')) return user?.[field as 'blocked'] ?? false
  return user?.[field as 'name'] ?? null
}

export function readFields(state: UserState, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [field, readField(state, field)]))
}

/** The fields in which two readings differ. @param before its fields are those that are compared */
export function changesBetween(before: Record<string, unknown>, after: Record<string, unknown>): FieldChange[] {
  return Object.entries(before)
    .map(([field, was]) => ({ field, before: was, after: after[field] ?? null }))
    .filter((change) => !isDeepStrictEqual(change.before, change.after))
}

/** Whose account it was, for the audit log of a deletion. */
function summarize(user: ManagementUser): unknown {
  return { email: user.email ?? null, name: user.name ?? null, created_at: user.created_at, identities: describeIdentities(user) } // prettier-ignore
}

export function describeIdentities({ identities }: Pick<ManagementUser, 'identities'>): { id: string; connection: string }[] {
  const [primary, ...linked] = identities.map(({ provider, user_id: id, connection }) => ({ id: `${provider}|${id}`, connection }))
  return primary ? [primary, ...linked.sort((a, b) => (a.id < b.id ? -1 : 1))] : []
} // prettier-ignore

export const describeDeletion = (dueAt: Date) => ({ due_at: dueAt.toISOString() })

export function describeRoles(roles: readonly Pick<ManagementRole, 'id' | 'name'>[]): { id: string; name: string }[] {
  return roles.map(({ id, name }) => ({ id, name })).sort((a, b) => (a.id < b.id ? -1 : 1))
}

export interface PermissionField {
  api: string
  permission: string
}

/** Those that were given to the user themself. */
export function describePermissions(permissions: readonly ManagementUserPermission[]): PermissionField[] {
  const direct = permissions.filter(({ sources }) => sources?.some(({ source_type: type }) => type === 'DIRECT'))
  return sortPermissions(direct.map(({ resource_server_identifier: api, permission_name: permission }) => ({ api, permission }))) // prettier-ignore
}

export function sortPermissions(permissions: readonly PermissionField[]): PermissionField[] {
  const key = ({ api, permission }: PermissionField) => `${api} ${permission}`
  return permissions.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
}

/** What somebody is in an organization; undefined: they do not belong to it. */
function describeMembership({ memberships, organizations }: UserState, id: string): unknown {
  const state = organizations?.find((organization) => organization.id === id)
  const isMember = memberships?.some((organization) => organization.id === id)
  return state && isMember ? { name: state.name, roles: describeRoles(state.roles) } : undefined
}
