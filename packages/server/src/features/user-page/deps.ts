import type { TenantClient } from '@rollcall/tenant-client'

/** What of one user is read from the tenant. */
export interface OfUserDeps {
  tenant: Pick<TenantClient, 'ofUser' | 'groupAccess' | 'clientNames'>
}
