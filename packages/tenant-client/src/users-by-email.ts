import { ManagementUsersByEmail, type ManagementUserSummary } from '@rollcall/contracts/management-api'
import type { CallTenant } from './call-tenant.ts'
import { understand } from './understand.ts'

/** Everybody who has an e-mail address, in any case of its letters, at once and without the lag of a search. */
export type ReadUsersByEmail = (email: string) => Promise<ManagementUserSummary[]>

export const createReadUsersByEmail =
  (call: CallTenant): ReadUsersByEmail =>
  async (email) => {
    // Auth0 compares with the address as it stands, and keeps those of its databases in small letters.
    const wanted = { email: email.toLowerCase() }
    const users = await call({
      isRepeatable: true,
      run: (sdk, options) => sdk.users.listUsersByEmail(wanted, options),
    })
    return understand(ManagementUsersByEmail, users, 'GET /api/v2/users-by-email')
  }
