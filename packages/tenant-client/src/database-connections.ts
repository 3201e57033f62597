import { ManagementConnectionPage, type ManagementConnection } from '@rollcall/contracts/management-api'
import type { CallTenant } from './call-tenant.ts'
import { readPages } from './read-pages.ts'
import { understand } from './understand.ts'

/** The connections whose users the tenant keeps itself, with their passwords. */
export type ReadDatabaseConnections = () => Promise<ManagementConnection[]>

export const createReadDatabaseConnections =
  (call: CallTenant): ReadDatabaseConnections =>
  () =>
    readPages(async (paging) => {
      const wanted = { ...paging, strategy: ['auth0' as const], fields: 'id,name', include_fields: true }
      const page = await call({ isRepeatable: true, run: (sdk, options) => sdk.connections.list(wanted, options) })
      return understand(ManagementConnectionPage, page.response, 'GET /api/v2/connections').connections
    })
