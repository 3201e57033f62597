import {
  ManagementLinkedIdentities,
  ManagementRecoveryCode,
  ManagementTicket,
  ManagementUser,
  type ManagementIdentity,
} from '@rollcall/contracts/management-api'
import type { Management } from 'auth0'
import type { CallTenant } from './call-tenant.ts'
import { understand } from './understand.ts'

export interface NewEmail {
  email: string
  isVerified: boolean
  /** The tenant asks by mail whether the address is theirs. */
  sendsMail: boolean
  /** Of the primary identity. */
  connection: string
}

/** An identity as the tenant names it: its id at the provider, without the provider's prefix. */
export type IdentityName = Pick<ManagementIdentity, 'provider' | 'user_id'>

/** By what Rollcall changes what somebody signs in with. Each is one request, and throws NotFound where there is no such user. */
export interface TenantCredentialChanges {
  /** @returns the user as they are then: in Auth0 it lifts an administrator's block */
  setPassword(userId: string, wanted: { password: string; connection: string }): Promise<ManagementUser>
  setEmail(userId: string, wanted: NewEmail): Promise<ManagementUser>
  /** @returns a link by which whoever has it sets a new password, once */
  createPasswordLink(userId: string, wanted: { validForSeconds: number }): Promise<string>
  /** @returns the code that takes the place of the one before. @throws NotFound besides, for somebody without a second factor */
  createRecoveryCode(userId: string): Promise<string>
  /** Second factors and passkeys, all of them. */
  removeFactors(userId: string): Promise<void>
  removeFactor(userId: string, factorId: string): Promise<void>
  /** The other user is none of its own from then on. */
  linkIdentity(userId: string, secondary: IdentityName): Promise<ManagementIdentity[]>
  /** @returns what is left; in Auth0 the same as before where there was no such identity */
  unlinkIdentity(userId: string, identity: IdentityName): Promise<ManagementIdentity[]>
}

/** @param change one call of those that change users */
export function createTenantCredentialChanges(change: CallTenant): TenantCredentialChanges {
  return {
    async setPassword(userId, { password, connection }) {
      // Repeatable: the same password again.
      const run = { isRepeatable: true, secret: password }
      const user = await change({ ...run, run: (sdk, options) => sdk.users.update(userId, { password, connection }, options) }) // prettier-ignore
      return understand(ManagementUser, user, 'PATCH /api/v2/users/{id}')
    },
    async setEmail(userId, { email, isVerified, sendsMail, connection }) {
      const patch = { email, email_verified: isVerified, connection, ...(sendsMail && { verify_email: true }) }
      // Mail is asked for once whatever happens.
      const user = await change({
        isRepeatable: !sendsMail,
        run: (sdk, options) => sdk.users.update(userId, patch, options),
      })
      return understand(ManagementUser, user, 'PATCH /api/v2/users/{id}')
    },
    async createPasswordLink(userId, { validForSeconds }) {
      // Whoever has the link need not have the mailbox, so it proves no address.
      const wanted = { user_id: userId, ttl_sec: validForSeconds, mark_email_as_verified: false }
      const answer = await change({
        isRepeatable: false,
        run: (sdk, options) => sdk.tickets.changePassword(wanted, options),
      })
      return understand(ManagementTicket, answer, 'POST /api/v2/tickets/password-change').ticket
    },
    async createRecoveryCode(userId) {
      const answer = await change({
        isRepeatable: false,
        run: (sdk, options) => sdk.users.regenerateRecoveryCode(userId, options),
      })
      const path = 'POST /api/v2/users/{id}/recovery-code-regeneration'
      return understand(ManagementRecoveryCode, answer, path).recovery_code
    },
    removeFactors: (userId) =>
      change({
        isRepeatable: true,
        run: async (sdk, options) => sdk.users.authenticationMethods.deleteAll(userId, options),
      }),
    removeFactor: (userId, factorId) =>
      // Not repeatable: a second try would be told that there is no such method.
      change({
        isRepeatable: false,
        run: async (sdk, options) => sdk.users.authenticationMethods.delete(userId, factorId, options),
      }),
    async linkIdentity(userId, { provider, user_id }) {
      const answer = await change({
        isRepeatable: false,
        run: (sdk, options) => sdk.users.identities.link(userId, { provider: provider as Provider, user_id }, options),
      })
      return understand(ManagementLinkedIdentities, answer, 'POST /api/v2/users/{id}/identities')
    },
    async unlinkIdentity(userId, { provider, user_id }) {
      const answer = await change({
        isRepeatable: true,
        run: (sdk, options) => sdk.users.identities.delete(userId, provider as Provider, user_id, options),
      })
      return understand(ManagementLinkedIdentities, answer, 'DELETE /api/v2/users/{id}/identities/{provider}/{user_id}')
    },
  }
}

/** The SDK lists the providers that it knows; what the tenant has named itself is one, whether listed or not. */
type Provider = Management.UserIdentityProviderEnum
