import { ManagementLogEntries, type ManagementLogEntry } from '@rollcall/contracts/management-api'
import { NotFound } from '@rollcall/http-kit'
import type { CallTenant } from './call-tenant.ts'
import { understand } from './understand.ts'

export interface TenantLogs {
  /** The newest entry; undefined when the log is empty. */
  latest(): Promise<ManagementLogEntry | undefined>
  /** What came after an entry, oldest first; at most 100. @param logId undefined: from the beginning of what the tenant still has */
  after(logId: string | undefined): Promise<ManagementLogEntry[]>
  /** Whether the tenant still has this entry. */
  has(logId: string): Promise<boolean>
}

const mostEntries = 100

export function createTenantLogs(call: CallTenant): TenantLogs {
  const list = async (queryParams: Record<string, string | number>) => {
    const request = { include_totals: false }
    const page = await call({
      isRepeatable: true,
      run: (sdk, options) => sdk.logs.list(request, { ...options, queryParams }),
    })
    return understand(ManagementLogEntries, page.response, 'GET /api/v2/logs')
  }
  return {
    latest: async () => (await list({ page: 0, per_page: 1, sort: 'date:-1' }))[0],
    async after(logId) {
      const beginning = { page: 0, per_page: mostEntries, sort: 'date:1' }
      const entries = await list(logId === undefined ? beginning : { from: logId, take: mostEntries })
      // By date they are only roughly in the order of their ids, and it is by these that one reads on.
      return entries.sort((a, b) => (a.log_id < b.log_id ? -1 : 1))
    },
    async has(logId) {
      try {
        await call({ isRepeatable: true, run: (sdk, options) => sdk.logs.get(logId, options) })
        return true
      } catch (error) {
        if (error instanceof NotFound) return false
        throw error
      }
    },
  }
}
