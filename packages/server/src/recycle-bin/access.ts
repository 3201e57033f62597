import type { TenantClient } from '@rollcall/tenant-client'
import { z } from 'zod'
import { whereAllowed } from '../actions/where-allowed.ts'

const Group = z.object({ id: z.string(), name: z.string() })
type Group = z.infer<typeof Group>

/** An organization, and what somebody is there and nowhere else. */
export const OrganizationAccess = Group.extend({ roles: z.array(Group) })
export type OrganizationAccess = z.infer<typeof OrganizationAccess>

/** What somebody may do, as it is given to them and not by way of something else. null: the tenant does not let Rollcall see it. */
export const Access = z.object({
  roles: z.array(Group).nullable(),
  permissions: z.array(z.object({ resource_server_identifier: z.string(), permission_name: z.string() })).nullable(),
  organizations: z.array(OrganizationAccess).nullable(),
})
export type Access = z.infer<typeof Access>

export const noAccess: Access = { roles: [], permissions: [], organizations: [] }

export type AccessReader = Pick<TenantClient, 'ofUser' | 'groupAccess'>

/** @throws NotFound `user-not-found` */
export async function readAccess({ ofUser, groupAccess }: AccessReader, userId: string): Promise<Access> {
  const readOrganizations = async () => {
    const organizations = await ofUser.organizations(userId)
    return Promise.all(organizations.map((organization) => readOrganization({ groupAccess }, { organization, userId })))
  }
  const [roles, permissions, organizations] = await Promise.all([
    whereAllowed(ofUser.roles(userId)),
    whereAllowed(ofUser.permissions(userId)),
    whereAllowed(readOrganizations()),
  ])
  return {
    roles: roles?.map(toGroup).sort(byId) ?? null,
    permissions:
      permissions
        ?.filter(({ sources }) => sources?.some(({ source_type: type }) => type === 'DIRECT'))
        .map(({ resource_server_identifier, permission_name }) => ({ resource_server_identifier, permission_name }))
        .sort(byPermission) ?? null,
    organizations: organizations?.sort(byId) ?? null,
  }
}

/** @throws NotFound where it is no more, or they are not */
export async function readOrganization(
  { groupAccess }: Pick<AccessReader, 'groupAccess'>,
  { organization, userId }: { organization: Group; userId: string },
): Promise<OrganizationAccess> {
  const roles = await groupAccess.memberRoles({ organizationId: organization.id, userId })
  return { ...toGroup(organization), roles: roles.map(toGroup).sort(byId) }
}

const toGroup = ({ id, name }: Group): Group => ({ id, name })
const byId = (a: Group, b: Group) => (a.id < b.id ? -1 : 1)

type Permission = NonNullable<Access['permissions']>[number]
export const permissionKey = (permission: Permission) =>
  `${permission.resource_server_identifier} ${permission.permission_name}`
const byPermission = (a: Permission, b: Permission) => (permissionKey(a) < permissionKey(b) ? -1 : 1)

/**
 * Both together: what somebody has, and what is to come to it. Roles and organizations that the tenant has no more are left out, and what it does not
 * let Rollcall see stays as unknown as it is.
 */
export function joinAccess(has: Access, more: Access, tenantHas: { roles: Group[]; organizations: Group[] }): Access {
  const moreOrganizations = known(more.organizations, tenantHas.organizations)
  const rolesWithin = (id: string) => known(moreOrganizations.find((one) => one.id === id)?.roles, tenantHas.roles)
  return {
    roles: has.roles && union(has.roles, known(more.roles, tenantHas.roles), idOf).sort(byId),
    permissions: has.permissions && union(has.permissions, more.permissions ?? [], permissionKey).sort(byPermission),
    organizations:
      has.organizations &&
      union(has.organizations, moreOrganizations, idOf)
        .map(({ id, name, roles }) => ({ id, name, roles: union(roles, rolesWithin(id), idOf).sort(byId) }))
        .map(({ roles, ...organization }) => ({
          ...organization,
          roles: roles.filter((role) => tenantHas.roles.some(({ id }) => id === role.id)),
        }))
        .sort(byId),
  }
}

const idOf = ({ id }: Group) => id

const known = <Item extends Group>(groups: Item[] | null | undefined, all: readonly Group[]): Item[] =>
  (groups ?? []).filter(({ id }) => all.some((one) => one.id === id))

const union = <Item>(one: Item[], other: Item[], keyOf: (item: Item) => string): Item[] => [
  ...one,
  ...other.filter((item) => one.every((held) => keyOf(held) !== keyOf(item))),
]
