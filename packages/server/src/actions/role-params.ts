import type { ManagementRole } from '@rollcall/contracts/management-api'
import { InvalidInput } from '@rollcall/http-kit'
import { z } from 'zod'

export const RoleId = z.string().regex(/^[\w-]{1,64}$/, 'Expected the id of a role, such as rol_a1B2c3D4e5F6g7H8.')
/** Auth0 takes fifty at once. */
export const RoleIds = z.strictObject({ roleIds: z.array(RoleId).min(1).max(50) })

/** @throws InvalidInput with every id that is no role of the tenant's */
export function knownRoles(
  allRoles: readonly ManagementRole[],
  roleIds: readonly string[],
  within = 'body.params',
): ManagementRole[] {
  const faults = roleIds
    .map((id, place) => ({ id, path: `${within}.roleIds.${place}`, message: `There is no role ${id}.` }))
    .filter(({ id }) => allRoles.every((role) => role.id !== id))
    .map(({ path, message }) => ({ path, message }))
  if (faults.length > 0)
    throw new InvalidInput('role-not-found', faults.map(({ message }) => message).join(' '), faults)
  return allRoles.filter(({ id }) => roleIds.includes(id))
}
