import { ManagementIdentityWithProfile, ManagementUser } from '@rollcall/contracts/management-api'
import { Conflict } from '@rollcall/http-kit'
import type { NewAccount, TenantUserPatch } from '@rollcall/tenant-client'
import { z } from 'zod'
import { Access, readAccess, type AccessReader } from './access.ts'

/** What it takes to make a user again. */
export const Snapshot = z.object({
  user: ManagementUser,
  /** The first is the user's own, the others were linked to it. */
  identities: z.array(ManagementIdentityWithProfile),
  access: Access,
})
export type Snapshot = z.infer<typeof Snapshot>

/** @param user as the tenant has just answered them */
export async function takeSnapshot(tenant: AccessReader, user: ManagementUser): Promise<Snapshot> {
  const [identities, access] = await Promise.all([
    tenant.ofUser.identities(user.user_id),
    readAccess(tenant, user.user_id),
  ])
  return { user, identities, access }
}

/** @throws Conflict `recycle-bin-damaged` for what is no snapshot of ours */
export function readSnapshot(text: string): Snapshot {
  const read = Snapshot.safeParse(JSON.parse(text))
  if (read.success) return read.data
  throw new Conflict('recycle-bin-damaged', 'What was kept of them cannot be read by this version of Rollcall.')
}

/**
 * Whether the Management API makes an account at this provider. The others’ come of a sign-in, with the id that the provider gives: whoever signs in
 * again is the same user.
 */
export const isMadeHere = (provider: string): boolean => ['auth0', 'email', 'sms'].includes(provider)

/** The user as they were. @param password what a database connection is told, and nobody else */
export function recreatedUser({ user, identities }: Snapshot, password: string): NewAccount {
  const [primary] = identities
  if (!primary) throw new TypeError(`${user.user_id} was kept without an identity.`)
  return {
    connection: primary.connection,
    user_id: primary.user_id,
    ...(primary.provider === 'auth0' && { password }),
    ...told({
      email: user.email,
      email_verified: user.email_verified,
      username: user.username,
      phone_number: user.phone_number,
      phone_verified: user.phone_verified,
      name: user.name,
      nickname: user.nickname,
      given_name: user.given_name,
      family_name: user.family_name,
      picture: user.picture,
      blocked: user.blocked,
      user_metadata: user.user_metadata,
      app_metadata: user.app_metadata,
    }),
  }
}

/** What of a user can be put back once their account is there. */
export const profileOf = ({ user }: Snapshot): TenantUserPatch =>
  told({
    name: user.name,
    nickname: user.nickname,
    given_name: user.given_name,
    family_name: user.family_name,
    picture: user.picture,
    blocked: user.blocked,
    email_verified: user.email_verified,
  })

/** An account that was linked to another one, as one of its own. */
export function recreatedAccount(
  { connection, provider, user_id, profileData }: ManagementIdentityWithProfile,
  password: string,
): NewAccount {
  return {
    connection,
    user_id,
    ...(provider === 'auth0' && { password }),
    ...told({
      email: profileData?.email,
      email_verified: profileData?.email_verified,
      username: profileData?.username,
      phone_number: profileData?.phone_number,
      name: profileData?.name,
      picture: profileData?.picture,
    }),
  }
}

/** Whether enough was kept of a linked account to make it again. */
export const isRelinkable = ({ provider, profileData }: ManagementIdentityWithProfile): boolean =>
  isMadeHere(provider) && Boolean(profileData?.email ?? profileData?.username ?? profileData?.phone_number)

/** Auth0 takes no null where it keeps nothing. */
const told = <Member extends object>(members: Member) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== undefined)) as {
    [Name in keyof Member]?: NonNullable<Member[Name]>
  }
