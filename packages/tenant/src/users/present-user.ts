import type { IdentityRow, UserRow } from './users.store.ts'

/** A user as Auth0 shows them: a member they do not have is left out, never null. */
export type WireUser = Record<string, unknown> & { user_id: string }

export function presentUser(user: UserRow, identities: IdentityRow[]): WireUser {
  const members = {
    created_at: user.created_at.toISOString(),
    email: user.email,
    email_verified: user.email === null ? null : user.email_verified,
    identities: identities.map((identity) => ({
      connection: identity.connection,
      user_id: identity.identity_id,
      provider: identity.provider,
      isSocial: identity.is_social,
      ...(identity.profile_data && { profileData: identity.profile_data }),
    })),
    name: user.name,
    nickname: user.nickname,
    picture: user.picture,
    updated_at: user.updated_at.toISOString(),
    user_id: user.user_id,
    username: user.username,
    phone_number: user.phone_number,
    phone_verified: user.phone_verified,
    given_name: user.given_name,
    family_name: user.family_name,
    user_metadata: user.user_metadata,
    app_metadata: user.app_metadata,
    blocked: user.blocked,
    last_password_reset: user.last_password_reset?.toISOString(),
    last_ip: user.last_ip,
    last_login: user.last_login?.toISOString(),
    logins_count: user.logins_count > 0 ? user.logins_count : null,
  }
  const present = Object.entries(members).filter(([, value]) => value !== null && value !== undefined)
  return { ...Object.fromEntries(present), user_id: user.user_id }
}
