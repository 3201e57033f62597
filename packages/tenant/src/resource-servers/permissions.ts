import { z } from 'zod'
import { ManagementError } from '../management/management-error.ts'
import { validate } from '../management/validate.ts'
import type { TenantContext } from '../tenant-context.ts'
import { toIdentifier } from './resource-servers.store.ts'

export interface PermissionName {
  resource_server_identifier: string
  permission_name: string
}

const PermissionsBody = z.strictObject({
  permissions: z
    .array(
      z.strictObject({
        resource_server_identifier: z.string().min(1).max(600),
        permission_name: z.string().min(1).max(280),
      }),
    )
    .min(1)
    .max(1000),
})

/** Reads the body by which permissions are given or taken; APIs are named as they are stored. @throws ManagementError 400 */
export function readPermissions({ origins }: Pick<TenantContext, 'origins'>, body: unknown): PermissionName[] {
  return validate(PermissionsBody, body, 'body').permissions.map((permission) => ({
    ...permission,
    resource_server_identifier: toIdentifier(origins(), permission.resource_server_identifier),
  }))
}

/** @throws ManagementError 404 naming the first permission that no API has */
export async function requirePermissions(
  { db }: Pick<TenantContext, 'db'>,
  permissions: PermissionName[],
): Promise<void> {
  const identifiers = permissions.map((permission) => permission.resource_server_identifier)
  const apis = await db
    .selectFrom('resource_servers')
    .select(['identifier', 'scopes'])
    .where('identifier', 'in', identifiers)
    .execute()
  for (const { resource_server_identifier: identifier, permission_name: name } of permissions) {
    const api = apis.find((candidate) => candidate.identifier === identifier)
    if (api?.scopes.some(({ value }) => value === name)) continue
    throw new ManagementError(
      404,
      `This permission does not exist: '${identifier} - ${name}'`,
      'inexistent_resource_server_permission',
    )
  }
}
