import { isDeepStrictEqual } from 'node:util'
import type { FieldChange } from '@rollcall/contracts/admin-api'
import type { ManagementOrganization, ManagementRole, ManagementUser } from '@rollcall/contracts/management-api'
import { NotFound, UpstreamFailed } from '@rollcall/http-kit'
import type { TenantClient } from '@rollcall/tenant-client'
import { readAccess, whereAllowed as knownWhereAllowed, type Access } from '../recycle-bin/access.ts'
import type { Kept, RecycleBin, ScheduledDeletion } from '../recycle-bin/recycle-bin.ts'

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
  /** null: nobody has scheduled it. */
  deletion?: ScheduledDeletion | null | undefined
  /** null: nothing of them is in the recycle bin. */
  kept?: Kept | null | undefined
  access?: Access | undefined
  /** Every organization of the tenant; null where it does not let Rollcall see them. */
  allOrganizations?: ManagementOrganization[] | null | undefined
  /** For how long what is deleted at once is kept in the recycle bin; null: not at all. */
  keptForDays?: number | null | undefined
  /** When a deletion would be due that is scheduled now. */
  nextDueAt?: Date | undefined
}

export type Fact =
  'roles' | 'allRoles' | 'sessions' | 'refreshTokens' | 'kept' | 'access' | 'allOrganizations' | 'nextDueAt'
export interface StateReader {
  tenant: Pick<TenantClient, 'users' | 'roles' | 'ofUser' | 'groupAccess' | 'organizations'>
  bin: RecycleBin
}

/** Asked of the tenant at this moment, all at once. Of a user who is not there the tenant knows no facts; what is written here of them is read. */
export async function readState(reader: StateReader, userId: string, facts: readonly Fact[]): Promise<UserState> {
  const wanted = [...new Set(facts)]
  const read = (some: Fact[]) =>
    Promise.all(some.map(async (fact) => [fact, await readers[fact](reader, userId)] as const))
  const aboutThem = read(wanted.filter((fact) => !notAboutThem.includes(fact)))
  aboutThem.catch(() => undefined) // of a user who is not there nothing of this matters
  const [user, deletion, others] = await Promise.all([
    reader.tenant.users.getAnew(userId).catch((error: unknown) => {
      if (error instanceof NotFound) return undefined
      throw error
    }),
    reader.bin.findDeletion(userId),
    read(wanted.filter((fact) => notAboutThem.includes(fact))),
  ])
  const { isKeeping, keptForDays } = reader.bin
  return {
    user,
    deletion,
    keptForDays: isKeeping ? keptForDays : null,
    ...Object.fromEntries(others),
    ...(user && Object.fromEntries(await aboutThem)),
  }
}

/** What can be known of a user who is not there. */
const notAboutThem: readonly Fact[] = ['kept', 'allRoles', 'allOrganizations', 'nextDueAt']

const readers: Record<Fact, (reader: StateReader, userId: string) => Promise<unknown>> = {
  roles: ({ tenant }, userId) => tenant.roles.ofUser(userId),
  allRoles: ({ tenant }) => tenant.roles.list(),
  sessions: ({ tenant }, userId) => whereAllowed(tenant.ofUser.countSessions(userId)),
  refreshTokens: ({ tenant }, userId) => whereAllowed(tenant.ofUser.countRefreshTokens(userId)),
  kept: ({ bin }, userId) => bin.findKept(userId),
  access: ({ tenant }, userId) => readAccess(tenant, userId),
  allOrganizations: ({ tenant }) => knownWhereAllowed(tenant.organizations.list()),
  nextDueAt: async ({ bin }) => bin.nextDueAt(),
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

/** `account`: whether the tenant has them; `access`: all that is given to them; `deletion`: when it is due. */
const ours = ['account', 'access', 'deletion', 'in_recycle_bin']

/** Whether a field is one that actions speak of. */
export function isField(field: string): boolean {
  return (
    [...flags, ...texts, ...ours, 'user', 'roles', 'sessions', 'refresh_tokens'].includes(field) ||
    metadataField.test(field)
  )
}

const metadataField = /^(user_metadata|app_metadata)\.(.+)$/su

/** What has to be read to know these fields. */
export function factsOf(fields: readonly string[]): Fact[] {
  return [
    ...(fields.includes('roles') ? (['roles'] as const) : []),
    ...(fields.includes('sessions') ? (['sessions'] as const) : []),
    ...(fields.includes('refresh_tokens') ? (['refreshTokens'] as const) : []),
    ...(fields.includes('access') ? (['access'] as const) : []),
    ...(fields.includes('in_recycle_bin') ? (['kept'] as const) : []),
  ]
}

/** @returns the value of a field as JSON has it; null where there is none */
export function readField(state: UserState, field: string): unknown {
  const { user, roles, sessions, refreshTokens, deletion, kept, access } = state
  const [, table, key] = metadataField.exec(field) ?? []
  if (table !== undefined && key !== undefined) {
    const metadata = (table === 'user_metadata' ? user?.user_metadata : user?.app_metadata) ?? {}
    return Object.hasOwn(metadata, key) ? (metadata[key] ?? null) : null
  }
  if (field === 'user') return user === undefined ? null : summarize(user)
  if (field === 'account') return user !== undefined
  if (field === 'deletion') return deletion ? describeDeletion(deletion.dueAt) : null
  if (field === 'in_recycle_bin') return Boolean(kept)
  if (field === 'access') return access ?? null
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

export const describeDeletion = (dueAt: Date) => ({ due_at: dueAt.toISOString() })

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
