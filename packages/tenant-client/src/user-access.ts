import { ManagementRefreshTokenPage, ManagementSessionPage } from '@rollcall/contracts/management-api'
import type { CallTenant } from './call-tenant.ts'
import { readOn } from './read-pages.ts'
import { understand } from './understand.ts'

/** What somebody has open in the tenant, counted. */
export interface TenantUserAccess {
  countSessions(userId: string): Promise<number>
  countRefreshTokens(userId: string): Promise<number>
}

export function createTenantUserAccess(call: CallTenant): TenantUserAccess {
  return {
    countSessions: (userId) =>
      count(async (paging) => {
        const page = await call({
          isRepeatable: true,
          run: (sdk, options) => sdk.users.sessions.list(userId, paging, options),
        })
        const read = understand(ManagementSessionPage, page.response, 'GET /api/v2/users/{id}/sessions')
        return { items: read.sessions, next: read.next }
      }),
    countRefreshTokens: (userId) =>
      count(async (paging) => {
        const page = await call({
          isRepeatable: true,
          run: (sdk, options) => sdk.users.refreshToken.list(userId, paging, options),
        })
        const read = understand(ManagementRefreshTokenPage, page.response, 'GET /api/v2/users/{id}/refresh-tokens')
        return { items: read.tokens, next: read.next }
      }),
  }
}

async function count(readPage: Parameters<typeof readOn>[0]): Promise<number> {
  let total = 0
  for await (const items of readOn(readPage)) total += items.length
  return total
}
