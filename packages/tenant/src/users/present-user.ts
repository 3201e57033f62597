import { pictureUrl } from './picture.ts'
import type { UserWithIdentities } from './users.store.ts'

/** A user as Auth0 shows them. */
export type WireUser = Record<string, unknown> & { user_id: string }

/** A member that a user does not have is undefined, and so left out of the answer; Auth0 never says null. */
export function presentUser(user: UserWithIdentities, origin: string): WireUser {
  return {
    created_at: user.created_at.toISOString(),
    email: user.email ?? undefined,
    email_verified: user.email === null ? undefined : user.email_verified,
    identities: user.identities,
    name: user.name ?? undefined,
    nickname: user.nickname ?? undefined,
    picture: pictureUrl(origin, user.picture) ?? undefined,
    updated_at: user.updated_at.toISOString(),
    user_id: user.user_id,
    username: user.username ?? undefined,
    phone_number: user.phone_number ?? undefined,
    phone_verified: user.phone_verified ?? undefined,
    given_name: user.given_name ?? undefined,
    family_name: user.family_name ?? undefined,
    user_metadata: user.user_metadata ?? undefined,
    app_metadata: user.app_metadata ?? undefined,
    blocked: user.blocked ?? undefined,
    last_password_reset: user.last_password_reset?.toISOString(),
    last_ip: user.last_ip ?? undefined,
    last_login: user.last_login?.toISOString(),
    logins_count: user.logins_count > 0 ? user.logins_count : undefined,
    multifactor: user.multifactor ?? undefined,
    multifactor_last_modified: user.multifactor_last_modified?.toISOString(),
  }
}

/** A user as lists of members show them: those who hold a role, those who belong to an organization. */
export function presentMember(
  {
    user_id,
    email,
    picture,
    name,
  }: { user_id: string; email: string | null; picture: string | null; name: string | null },
  origin: string,
): Record<string, unknown> & { user_id: string } {
  return {
    user_id,
    email: email ?? undefined,
    picture: pictureUrl(origin, picture) ?? undefined,
    name: name ?? undefined,
  }
}
