import { ManagementApiPage, type ManagementApi } from '@rollcall/contracts/management-api'
import type { CallTenant } from './call-tenant.ts'
import { readPages } from './read-pages.ts'
import { understand } from './understand.ts'

/** Every API of the tenant: what access tokens are for. */
export type ReadApis = () => Promise<ManagementApi[]>

export const createReadApis =
  (call: CallTenant): ReadApis =>
  () =>
    readPages(async (paging) => {
      const page = await call({ isRepeatable: true, run: (sdk, options) => sdk.resourceServers.list(paging, options) })
      return understand(ManagementApiPage, page.response, 'GET /api/v2/resource-servers').resource_servers
    })
