import type { User, UserSummary } from '@rollcall/contracts/admin-api'
import type { Sight } from '../../custom-fields/custom-fields.ts'
import { withoutHidden } from '../../custom-fields/hide.ts'
import type { ManagementUser, ManagementUserSummary } from '@rollcall/contracts/management-api'

/** What a list may show of a user: named field by field, so that nothing the tenant adds later slips out. */
export function presentUserSummary(user: ManagementUserSummary): Omit<UserSummary, 'columns'> {
  return {
    userId: user.user_id,
    name: user.name ?? null,
    email: user.email ?? null,
    isEmailVerified: user.email_verified ?? false,
    picture: user.picture ?? null,
    connection: user.identities[0]?.connection ?? null, // Auth0 lists the primary identity first
    isBlocked: user.blocked ?? false,
    createdAt: toIso(user.created_at),
    lastLoginAt: user.last_login ? toIso(user.last_login) : null,
    loginCount: user.logins_count ?? 0,
  }
}

/** Everything that whoever asks may see of one user: never a password, never an identity provider's token. */
export function presentUser(user: ManagementUser, sight: Sight): User {
  const all = {
    ...presentUserSummary(user),
    username: user.username ?? null,
    nickname: user.nickname ?? null,
    givenName: user.given_name ?? null,
    familyName: user.family_name ?? null,
    phoneNumber: user.phone_number ?? null,
    updatedAt: toIso(user.updated_at),
    lastIp: user.last_ip ?? null,
    lastPasswordResetAt: user.last_password_reset ? toIso(user.last_password_reset) : null,
    hasMfa: (user.multifactor?.length ?? 0) > 0,
    identities: user.identities.map((identity) => ({
      provider: identity.provider,
      userId: identity.user_id,
      connection: identity.connection,
      isSocial: identity.isSocial ?? false,
    })),
    userMetadata: user.user_metadata ?? {},
    appMetadata: user.app_metadata ?? {},
  }
  return withoutHidden(all, sight)
}

/** Moments come checked; one that ends in Z is as we write it, and a list has a hundred. Some tenants write an offset. */
export function toIso(moment: string): string {
  return moment.endsWith('Z') ? moment : new Date(moment).toISOString()
}
