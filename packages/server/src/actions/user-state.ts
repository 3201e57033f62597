import { isDeepStrictEqual } from 'node:util'
import type { FieldChange } from '@rollcall/contracts/admin-api'
import type { ManagementRole, ManagementUser } from '@rollcall/contracts/management-api'
import { UpstreamFailed } from '@rollcall/http-kit'
import type { TenantClient } from '@rollcall/tenant-client'

/** A user as actions see them: what the tenant answers for them, and further facts where an action asks for some. */
export interface UserState {
  /** undefined: there is no such user (any more). */
  user: ManagementUser | undefined
  /** The roles they hold. */
  roles?: ManagementRole[] | undefined
  /** Every role of the tenant. */
  allRoles?: ManagementRole[] | undefined
  /** How many are open; undefined also where the tenant does not let Rollcall see it. */
  sessions?: number | undefined
  refreshTokens?: number | undefined
}

export type Fact = 'roles' | 'allRoles' | 'sessions' | 'refreshTokens'
export type StateReader = Pick<TenantClient, 'users' | 'roles' | 'ofUser'>

/** Asked of the tenant at this moment, all at once. @throws NotFound `user-not-found` */
export async function readState(tenant: StateReader, userId: string, facts: readonly Fact[]): Promise<UserState> {
  const asked = Promise.all(
    [...new Set(facts)].map(async (fact) => [fact, await readers[fact](tenant, userId)] as const),
  )
  asked.catch(() => undefined) // of a user who is not there nothing else matters
  const user = await tenant.users.getAnew(userId)
  return { user, ...Object.fromEntries(await asked) }
}

const readers: Record<Fact, (tenant: StateReader, userId: string) => Promise<unknown>> = {
  roles: ({ roles }, userId) => roles.ofUser(userId),
  allRoles: ({ roles }) => roles.list(),
  sessions: ({ ofUser }, userId) => whereAllowed(ofUser.countSessions(userId)),
  refreshTokens: ({ ofUser }, userId) => whereAllowed(ofUser.countRefreshTokens(userId)),
}

/** Sessions are not in every plan of Auth0: blocking somebody must not depend on them. */
async function whereAllowed<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof UpstreamFailed && error.code === 'tenant-scope-missing') return undefined
    throw error
  }
}

const flags = ['blocked', 'email_verified'] as const
const texts = ['email', 'name', 'nickname', 'given_name', 'family_name', 'picture', 'username', 'phone_number'] as const

/** Whether a field is one that actions speak of. */
export function isField(field: string): boolean {
  return (
    [...flags, ...texts, 'user', 'roles', 'sessions', 'refresh_tokens'].includes(field) || metadataField.test(field)
  )
}

const metadataField = /^(user_metadata|app_metadata)\.(.+)$/su

/** What has to be read to know these fields. */
export function factsOf(fields: readonly string[]): Fact[] {
  return [
    ...(fields.includes('roles') ? (['roles'] as const) : []),
    ...(fields.includes('sessions') ? (['sessions'] as const) : []),
    ...(fields.includes('refresh_tokens') ? (['refreshTokens'] as const) : []),
  ]
}

/** @returns the value of a field as JSON has it; null where there is none */
export function readField({ user, roles, sessions, refreshTokens }: UserState, field: string): unknown {
  const [, table, key] = metadataField.exec(field) ?? []
  if (table !== undefined && key !== undefined) {
    const metadata = (table === 'user_metadata' ? user?.user_metadata : user?.app_metadata) ?? {}
    return Object.hasOwn(metadata, key) ? (metadata[key] ?? null) : null
  }
  if (field === 'user') return user === undefined ? null : summarize(user)
  if (field === 'roles') return roles === undefined ? null : describeRoles(roles)
  if (field === 'sessions') return sessions ?? null
  if (field === 'refresh_tokens') return refreshTokens ?? null
  if (flags.includes(field as 'blocked')) return user?.[field as 'blocked'] ?? false
  return user?.[field as 'name'] ?? null
}

/** Whose account it was, for the audit log of a deletion. */
function summarize(user: ManagementUser): unknown {
  const identities = user.identities.map(({ provider, user_id: id, connection }) => ({ id: `${provider}|${id}`, connection })) // prettier-ignore
  return { email: user.email ?? null, name: user.name ?? null, created_at: user.created_at, identities }
}

export function describeRoles(roles: readonly ManagementRole[]): { id: string; name: string }[] {
  return roles.map(({ id, name }) => ({ id, name })).sort((a, b) => (a.id < b.id ? -1 : 1))
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
