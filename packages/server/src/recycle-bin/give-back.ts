import type { ManagementRole, ManagementUser } from '@rollcall/contracts/management-api'
import { InvalidInput, NotFound } from '@rollcall/http-kit'
import type { PermissionName, TenantClient } from '@rollcall/tenant-client'
import { unguessablePassword } from '../unguessable-password.ts'
import { permissionKey, readAccess, type Access } from './access.ts'
import { isRelinkable, recreatedAccount, recreatedUser, type Snapshot } from './snapshot.ts'

type Tenant = Pick<TenantClient, 'changes' | 'users' | 'ofUser' | 'groupAccess'>

export interface GiveBack {
  userId: string
  /** As the tenant has them; undefined: it does not. */
  user: ManagementUser | undefined
  snapshot: Snapshot
  has: Access
  /** What they are to have. */
  access: Access
}

/** Makes a user again, as far as they are not there, and gives back what they lack. @returns what is there then */
export async function giveBack(
  tenant: Tenant,
  { userId, user, snapshot, has, access }: GiveBack,
): Promise<{ user: ManagementUser; access: Access; roles?: ManagementRole[] }> {
  const { changes } = tenant
  const there = user ?? (await changes.createUser(recreatedUser(snapshot, unguessablePassword())))
  const patch = missingMetadata(there, snapshot.user)
  if (patch) await changes.updateUser(userId, patch)
  for (const identity of snapshot.identities.slice(1)) await relink(tenant, { userId, there, identity })
  const given = await giveAccess(tenant, { userId, has, access })
  return { user: await tenant.users.getAnew(userId), ...given }
}

/** Gives what of `access` they lack. @returns what they have then */
export async function giveAccess(
  tenant: Pick<Tenant, 'changes' | 'ofUser' | 'groupAccess'>,
  { userId, has, access }: Pick<GiveBack, 'userId' | 'has' | 'access'>,
): Promise<{ access: Access; roles?: ManagementRole[] }> {
  const { changes } = tenant
  const roles = lacking(has.roles, access.roles)
  for (let from = 0; from < roles.length; from += atOnce) await changes.assignRoles(userId, roles.slice(from, from + atOnce))
  const held = new Set(has.permissions?.map(permissionKey))
  await givePermissions(tenant, userId, (access.permissions ?? []).filter((one) => !held.has(permissionKey(one))))
  for (const { id: organizationId, roles: theirs } of access.organizations ?? []) {
    const now = has.organizations?.find(({ id }) => id === organizationId)
    if (!now) await changes.addToOrganization({ organizationId, userId })
    const rolesThere = lacking(now?.roles ?? [], theirs)
    if (rolesThere.length > 0) await changes.assignMemberRoles({ organizationId, userId }, rolesThere)
  }
  const given = await readAccess(tenant, userId)
  return { access: given, ...(given.roles && { roles: given.roles }) }
} // prettier-ignore

/** Auth0 takes fifty at once. */
const atOnce = 50

type Groups = readonly { id: string }[] | null
const lacking = (has: Groups, wanted: Groups): string[] =>
  (wanted ?? []).filter(({ id }) => !has?.some((one) => one.id === id)).map(({ id }) => id)

/** What is there by now stays as it is. @returns undefined when nothing is missing */
function missingMetadata(there: ManagementUser, was: ManagementUser) {
  const missing = (name: 'user_metadata' | 'app_metadata') =>
    Object.entries(was[name] ?? {}).filter(([key]) => !Object.hasOwn(there[name] ?? {}, key))
  const [ofUser, ofApp] = [missing('user_metadata'), missing('app_metadata')]
  if (ofUser.length + ofApp.length === 0) return undefined
  return {
    ...(ofUser.length > 0 && { user_metadata: Object.fromEntries(ofUser) }),
    ...(ofApp.length > 0 && { app_metadata: Object.fromEntries(ofApp) }),
  }
}

/** One that its API does not know any more must not keep the others from being given. */
async function givePermissions(
  tenant: Pick<TenantClient, 'changes'>,
  userId: string,
  permissions: readonly PermissionName[],
): Promise<void> {
  if (permissions.length === 0) return
  try {
    await tenant.changes.assignPermissions(userId, permissions)
  } catch (error) {
    if (!(error instanceof InvalidInput || error instanceof NotFound)) throw error
    if (permissions.length === 1) return // it is not among what is read afterwards, and so in no record of what was given
    for (const permission of permissions) await givePermissions(tenant, userId, [permission])
  }
}

async function relink(
  { users, changes }: Tenant,
  { userId, there, identity }: { userId: string; there: ManagementUser; identity: Snapshot['identities'][number] },
): Promise<void> {
  const { provider, user_id: id } = identity
  const isLinked = there.identities.some((one) => one.provider === provider && one.user_id === id)
  if (isLinked || !isRelinkable(identity)) return
  const isThere = await users.getAnew(`${provider}|${id}`).then(
    () => true,
    (error: unknown) => {
      if (error instanceof NotFound) return false
      throw error
    },
  )
  if (!isThere) await changes.createUser(recreatedAccount(identity, unguessablePassword()))
  await changes.linkIdentity(userId, { provider, user_id: id })
}
