import { ManagementClientNamePage } from '@rollcall/contracts/management-api'
import type { CallTenant } from './call-tenant.ts'
import { createCoalescer } from './coalesce.ts'
import { readPages } from './read-pages.ts'
import { understand } from './understand.ts'

/** What the tenant's applications are called, by client id. */
export type ReadClientNames = () => Promise<ReadonlyMap<string, string>>

export function createReadClientNames(call: CallTenant): ReadClientNames {
  const lists = createCoalescer<ReadonlyMap<string, string>>()
  const wanted = { fields: 'client_id,name', include_fields: true }
  const read = async () => {
    const clients = await readPages(async (paging) => {
      const page = await call({
        isRepeatable: true,
        run: (sdk, options) => sdk.clients.list({ ...paging, ...wanted }, options),
      })
      return understand(ManagementClientNamePage, page.response, 'GET /api/v2/clients').clients
    })
    return new Map(clients.flatMap(({ client_id: id, name }) => (name ? [[id, name] as const] : [])))
  }
  return () => lists.share('', read)
}
