import { permissions, type Permission } from '@rollcall/contracts/admin-api'

/** What each permission of an access token lets its holder do. The one table; whatever is not in it grants nothing. */
const grants: Record<Permission, readonly Permission[]> = {
  // The tutorial's permission: all of it, but for what leads out of the tenant.
  'manage:users': permissions.filter((name) => name !== 'read:idp-tokens'),
  'read:users': ['read:users'],
  'create:users': ['create:users'],
  'update:users': ['update:users'],
  'delete:users': ['delete:users'],
  'restore:users': ['restore:users'],
  'purge:users': ['purge:users'],
  'manage:credentials': ['manage:credentials'],
  'export:users': ['export:users'],
  'manage:roles': ['manage:roles'],
  'manage:organizations': ['manage:organizations'],
  'read:logs': ['read:logs'],
  'manage:views': ['manage:views'],
  'read:audit': ['read:audit'],
  'manage:jobs': ['manage:jobs'],
  'approve:actions': ['approve:actions'],
  'read:idp-tokens': ['read:idp-tokens'],
}

/** @param claimed as an access token names them; those of other applications are passed over */
export function grantedBy(claimed: readonly string[]): ReadonlySet<Permission> {
  return new Set(permissions.filter((name) => claimed.includes(name)).flatMap((name) => grants[name]))
}
