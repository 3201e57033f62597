import type { PermissionSource, UserPermission, UserPermissions } from '@rollcall/contracts/admin-api'
import type { ManagementRolePermission, ManagementUserPermission } from '@rollcall/contracts/management-api'
import { attemptPart } from './attempt-part.ts'
import type { OfUserDeps } from './deps.ts'
import { presentOrganization, presentRole } from './present-access.ts'
import { none, readMemberships } from './read-memberships.ts'

/**
 * Every permission somebody has, once, with every way by which they come by it. The tenant itself knows of those outside of organizations; the
 * others follow from what they are within each.
 * @throws NotFound `user-not-found`
 */
export async function listPermissions(deps: OfUserDeps, userId: string): Promise<UserPermissions> {
  const [outside, inside] = await Promise.all([
    deps.tenant.ofUser.permissions(userId),
    attemptPart(readThroughOrganizations(deps, userId)),
  ])
  const permissions = new Map<string, UserPermission>()
  const add = (permission: ManagementRolePermission, sources: PermissionSource[]) => {
    const key = JSON.stringify([permission.resource_server_identifier, permission.permission_name])
    const known = permissions.get(key) ?? present(permission)
    known.sources.push(...sources)
    permissions.set(key, known)
  }
  for (const permission of outside) add(permission, sourcesOf(permission))
  for (const { permission, source } of inside.value ?? []) add(permission, [source])
  return { permissions: [...permissions.values()], organizationsProblem: inside.problem }
}

interface Held {
  permission: ManagementRolePermission
  source: PermissionSource
}

/** A role's permissions are asked for once, in however many organizations somebody has it. */
async function readThroughOrganizations(deps: OfUserDeps, userId: string): Promise<Held[]> {
  const memberships = await readMemberships(deps, userId)
  const roleIds = [...new Set(memberships.flatMap(({ roles }) => roles.map(({ id }) => id)))]
  const given = new Map(
    await Promise.all(
      roleIds.map(async (id) => [id, await none(deps.tenant.groupAccess.rolePermissions(id))] as const),
    ),
  )
  return memberships.flatMap(({ organization, roles }) =>
    roles.flatMap((role) =>
      (given.get(role.id) ?? []).map((permission): Held => ({
        permission,
        source: { kind: 'organization', organization: presentOrganization(organization), role: presentRole(role) },
      })),
    ),
  )
}

/** Older tenants name no source; the permission is somebody's own then as far as anybody can say. */
function sourcesOf({ sources }: ManagementUserPermission): PermissionSource[] {
  const named = (sources ?? []).map((source): PermissionSource =>
    source.source_type === 'ROLE' && source.source_id
      ? { kind: 'role', role: presentRole({ id: source.source_id, name: source.source_name || source.source_id }) }
      : { kind: 'direct' },
  )
  return named.length === 0 ? [{ kind: 'direct' }] : named
}

const present = (permission: ManagementRolePermission): UserPermission => ({
  permission: permission.permission_name,
  description: permission.description || null,
  api: { identifier: permission.resource_server_identifier, name: permission.resource_server_name },
  sources: [],
})
