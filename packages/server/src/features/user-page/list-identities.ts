import type { UserIdentities } from '@rollcall/contracts/admin-api'
import type { ManagementIdentityWithProfile } from '@rollcall/contracts/management-api'
import type { OfUserDeps } from './deps.ts'

/** The accounts that somebody can sign in with; Auth0 lists the primary one first. @throws NotFound `user-not-found` */
export async function listIdentities({ tenant }: OfUserDeps, userId: string): Promise<UserIdentities> {
  const identities = await tenant.ofUser.identities(userId)
  return {
    identities: identities.map((identity, place) => ({
      provider: identity.provider,
      userId: identity.user_id,
      connection: identity.connection,
      isSocial: identity.isSocial ?? false,
      isPrimary: place === 0,
      profile: presentProfile(identity),
    })),
  }
}

function presentProfile({ profileData: said }: ManagementIdentityWithProfile) {
  if (!said) return null
  return {
    name: said.name ?? null,
    email: said.email ?? null,
    isEmailVerified: said.email_verified ?? null,
    username: said.username ?? null,
    phoneNumber: said.phone_number ?? null,
    picture: said.picture ?? null,
  }
}
