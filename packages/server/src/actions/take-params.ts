import type { ManagementUser } from '@rollcall/contracts/management-api'
import { InvalidInput } from '@rollcall/http-kit'
import { z } from 'zod'
import { permissionKey, type Access } from '../recycle-bin/access.ts'
import { mostOrganizations, OrganizationId } from './organization-params.ts'
import { Permissions } from './permission-params.ts'
import { RoleId } from './role-params.ts'

const profileFields = ['name', 'nickname', 'given_name', 'family_name', 'picture'] as const

/** What is given to somebody, by its ids. */
export const AccessIds = z.strictObject({
  roleIds: z.array(RoleId).max(50).default([]),
  permissions: z.array(Permissions.shape.permissions.element).max(50).default([]),
  organizationIds: z.array(OrganizationId).max(mostOrganizations).default([]),
})
export type AccessIds = z.infer<typeof AccessIds>

/** What of an account is to be another user’s when it becomes an account of theirs. */
export const Take = AccessIds.extend({
  profile: z.array(z.enum(profileFields)).max(profileFields.length).default([]),
  metadata: z
    .array(z.string().regex(/^(app|user)_metadata\.[^\p{Cc}]{1,100}$/u, 'Expected a key of the first level, such as app_metadata.plan.'))
    .max(100)
    .default([])
    .meta({ description: 'Keys of the first level: `app_metadata.plan`. What the user has there is replaced.' }),
}) // prettier-ignore
export type Take = z.infer<typeof Take>

/** The fields that are taken over, with the values they have in the other account. @throws InvalidInput `not-theirs` */
export function takenFields(other: ManagementUser, { profile, metadata }: Pick<Take, 'profile' | 'metadata'>): Record<string, unknown> {
  const taken = [...profile, ...metadata].map((field) => [field, valueIn(other, field)] as const)
  refuseUnknown(taken.filter(([, value]) => value === undefined || value === null).map(([field]) => field))
  return Object.fromEntries(taken)
} // prettier-ignore

function valueIn(user: ManagementUser, field: string): unknown {
  const [table = '', ...key] = field.split('.')
  if (key.length === 0) return user[field as (typeof profileFields)[number]]
  const metadata = (table === 'app_metadata' ? user.app_metadata : user.user_metadata) ?? {}
  return Object.hasOwn(metadata, key.join('.')) ? metadata[key.join('.')] : undefined
}

/**
 * What of the other account’s access is given to the user, and they do not have yet. Where they are a member already they stay what they are there.
 * @throws InvalidInput `not-theirs`
 */
export function takenAccess({ has, other }: { has: Access; other: Access }, take: AccessIds): Access {
  const keyOf = ({ api, permission }: AccessIds['permissions'][number]) => `${api} ${permission}`
  const permissionKeys = take.permissions.map(keyOf)
  const among = <Item>(items: readonly Item[] | null, keyOfItem: (item: Item) => string, wanted: readonly string[]) => {
    const keys = (items ?? []).map(keyOfItem)
    refuseUnknown(wanted.filter((key) => !keys.includes(key)))
    return (items ?? []).filter((item) => wanted.includes(keyOfItem(item)))
  }
  const lacks = <Item>(held: readonly Item[] | null, keyOfItem: (item: Item) => string) => {
    const keys = (held ?? []).map(keyOfItem)
    return (item: Item) => !keys.includes(keyOfItem(item))
  }
  const idOf = ({ id }: { id: string }) => id
  return {
    roles: among(other.roles, idOf, take.roleIds).filter(lacks(has.roles, idOf)),
    permissions: among(other.permissions, permissionKey, permissionKeys).filter(lacks(has.permissions, permissionKey)),
    organizations: among(other.organizations, idOf, take.organizationIds).filter(lacks(has.organizations, idOf)),
  }
}

export const isNoAccess = ({ roles, permissions, organizations }: Access): boolean =>
  [roles, permissions, organizations].every((part) => (part ?? []).length === 0)

export const idsOf = ({ roles, permissions, organizations }: Access): AccessIds => ({
  roleIds: (roles ?? []).map(({ id }) => id),
  permissions: (permissions ?? []).map((one) => ({ api: one.resource_server_identifier, permission: one.permission_name })), // prettier-ignore
  organizationIds: (organizations ?? []).map(({ id }) => id),
})

function refuseUnknown(unknown: readonly string[]): void {
  if (unknown.length === 0) return
  const message = `The other account has no ${unknown.join(', ')}.`
  throw new InvalidInput('not-theirs', message, [{ path: 'body.params.take', message }])
}
