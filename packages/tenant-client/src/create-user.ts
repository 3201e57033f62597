import { ManagementUser } from '@rollcall/contracts/management-api'
import type { CallTenant } from './call-tenant.ts'
import { understand } from './understand.ts'

/** What `POST /api/v2/users` is sent. */
export interface NewAccount {
  connection: string
  /** Without the prefix that the user id has. */
  user_id: string
  /** For a database connection, which takes nobody without one. */
  password?: string
  email?: string
  email_verified?: boolean
  username?: string
  phone_number?: string
  phone_verified?: boolean
  name?: string
  nickname?: string
  given_name?: string
  family_name?: string
  picture?: string
  blocked?: boolean
  user_metadata?: Record<string, unknown>
  app_metadata?: Record<string, unknown>
}

/** Makes a user, with the id that is chosen for them, and sends them no mail. @throws Conflict when there is such a user, or another one with their address */
export type CreateUser = (user: NewAccount) => Promise<ManagementUser>

/** @param change one call of those that change users */
export function createUserCreation(change: CallTenant): CreateUser {
  return async (user) => {
    const { password: secret } = user
    const request = { ...user, verify_email: false }
    // Not repeatable: the second of two would be told that there is such a user.
    const made = await change({
      isRepeatable: false,
      ...(secret !== undefined && { secret }),
      run: (sdk, options) => sdk.users.create(request, options),
    })
    return understand(ManagementUser, made, 'POST /api/v2/users')
  }
}
