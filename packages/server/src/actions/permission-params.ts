import type { ManagementApi } from '@rollcall/contracts/management-api'
import { InvalidInput } from '@rollcall/http-kit'
import type { PermissionName } from '@rollcall/tenant-client'
import { z } from 'zod'
import type { PermissionField } from './fields.ts'

const name = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .refine((text) => !/\p{Cc}/u.test(text), 'Holds a control character.')

export const Permissions = z.strictObject({
  permissions: z
    .array(
      z.strictObject({
        api: name(600).meta({ description: 'The identifier of the API whose permission it is.' }),
        permission: name(280).meta({ example: 'read:invoices' }),
      }),
    )
    .min(1)
    .max(50),
})

/**
 * Those that are asked for, each once.
 * @param apis undefined: Rollcall may not see them, and the tenant is left to refuse
 * @throws InvalidInput with every permission that no API has
 */
export function knownPermissions(apis: readonly ManagementApi[] | undefined, asked: readonly PermissionField[]): PermissionField[] {
  const isThere = ({ api, permission }: PermissionField) =>
    apis?.some(({ identifier, scopes }) => identifier === api && scopes?.some(({ value }) => value === permission)) ?? true
  const faults = asked.flatMap((one, place) =>
    isThere(one) ? [] : [{ path: `body.params.permissions.${place}`, message: `${one.api} has no permission ${one.permission}.` }],
  )
  if (faults.length > 0) throw new InvalidInput('permission-not-found', faults.map(({ message }) => message).join(' '), faults)
  return asked.filter((one, place) => asked.findIndex((other) => isSame(one, other)) === place)
} // prettier-ignore

export const isSame = (one: PermissionField, other: PermissionField) =>
  one.api === other.api && one.permission === other.permission

export const namesOf = (permissions: readonly PermissionField[]): PermissionName[] =>
  permissions.map(({ api, permission }) => ({ resource_server_identifier: api, permission_name: permission }))
