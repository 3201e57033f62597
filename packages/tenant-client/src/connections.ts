import { ManagementConnectionPage, type ManagementConnection } from '@rollcall/contracts/management-api'
import type { CallTenant } from './call-tenant.ts'
import { readPages } from './read-pages.ts'
import { understand } from './understand.ts'

/** The connections whose accounts the Management API makes: databases, and passwordless by mail and by text message. */
export type ReadConnections = () => Promise<ManagementConnection[]>

const strategy = ['auth0', 'email', 'sms'] as const

export const createReadConnections =
  (call: CallTenant): ReadConnections =>
  () =>
    readPages(async (paging) => {
      const wanted = { ...paging, strategy: [...strategy] }
      const page = await call({ isRepeatable: true, run: (sdk, options) => sdk.connections.list(wanted, options) })
      return understand(ManagementConnectionPage, page.response, 'GET /api/v2/connections').connections
    })
