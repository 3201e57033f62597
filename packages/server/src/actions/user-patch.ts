import type { TenantUserPatch } from '@rollcall/tenant-client'

/** What the tenant is sent for fields to have these values; of metadata, keys of the first level. */
export function patchOf(fields: Record<string, unknown>): TenantUserPatch {
  const patch: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(fields)) {
    const [, table, key] = /^(user_metadata|app_metadata)\.(.+)$/su.exec(field) ?? []
    if (table !== undefined && key !== undefined) patch[table] = { ...(patch[table] as object | undefined), [key]: value }
    else patch[field] = value
  }
  return patch
} // prettier-ignore
