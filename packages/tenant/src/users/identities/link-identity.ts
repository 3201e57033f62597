import { sql, transaction } from '@rollcall/database'
import type { Transaction } from '@rollcall/database'
import { ManagementError, badRequest } from '../../management/management-error.ts'
import type { TenantSchema } from '../../schema.ts'
import type { TenantContext } from '../../tenant-context.ts'
import { userMissing } from '../get-user.ts'
import { selectUsers } from '../users.store.ts'
import type { UserRow, WireIdentity } from '../users.store.ts'

export interface IdentityName {
  provider: string
  /** Without the provider's prefix. */
  identityId: string
}

/**
 * Makes the account of another user an identity of this one. The other user is no more: their roles, metadata and sessions go; what they were
 * called stays as the identity's profile data.
 * @returns the identities of the primary user, each with its profile data
 * @throws ManagementError 400, 404, 409
 */
export function linkIdentity(
  { db, now }: Pick<TenantContext, 'db' | 'now'>,
  primaryId: string,
  { provider, identityId }: IdentityName,
): Promise<WireIdentity[]> {
  return transaction(db, async (trx) => {
    const owner = await trx
      .selectFrom('identities')
      .select(['user_id', 'position'])
      .where('provider', '=', provider)
      .where('identity_id', '=', identityId)
      .executeTakeFirst()
    // Always in the same order, so that two who link each other do not wait for one another for ever.
    const ids = [primaryId, ...(owner ? [owner.user_id] : [])]
    const users = await trx
      .selectFrom('users')
      .selectAll()
      .where('user_id', 'in', ids)
      .orderBy('user_id')
      .forUpdate()
      .execute()
    const primary = users.find((user) => user.user_id === primaryId)
    const secondary = users.find((user) => user.user_id === owner?.user_id)
    if (!primary) throw userMissing()
    if (!owner || !secondary) throw badRequest('Provided secondary account not found.', 'inexistent_identity')
    if (owner.user_id === primaryId) {
      if (owner.position === 0) throw badRequest('Main identity and the new one are the same.', 'invalid_body')
      throw new ManagementError(409, 'Specified identity already exists.', 'identity_conflict')
    }
    if (owner.position > 0) throw badRequest('Unable to link with the secondary account.', 'identity_conflict')

    await keepProfile(trx, primary)
    await keepProfile(trx, secondary)
    await sql`
      UPDATE identities SET user_id = ${primaryId},
        position = position + 1 + (SELECT max(position) FROM identities WHERE user_id = ${primaryId})
      WHERE user_id = ${secondary.user_id}`.execute(trx)
    await trx.deleteFrom('users').where('user_id', '=', secondary.user_id).execute()
    await trx.updateTable('users').set({ updated_at: now() }).where('user_id', '=', primaryId).execute()
    return identitiesOf(trx, primaryId)
  })
}

/**
 * Makes an identity a user of its own again.
 * @returns the identities that are left; the same as before where there is no such identity, as Auth0 does
 * @throws ManagementError 400 for the main identity, 404
 */
export function unlinkIdentity(
  { db, now }: Pick<TenantContext, 'db' | 'now'>,
  primaryId: string,
  { provider, identityId }: IdentityName,
): Promise<WireIdentity[]> {
  return transaction(db, async (trx) => {
    const primary = await trx
      .selectFrom('users')
      .select('user_id')
      .where('user_id', '=', primaryId)
      .forUpdate()
      .executeTakeFirst()
    if (!primary) throw userMissing()
    const identity = await trx
      .selectFrom('identities')
      .selectAll()
      .where('provider', '=', provider)
      .where('identity_id', '=', identityId)
      .where('user_id', '=', primaryId)
      .executeTakeFirst()
    if (!identity) return identitiesOf(trx, primaryId)
    if (identity.position === 0) throw badRequest('Main identity cannot be removed.', 'invalid_body')

    const profile = identity.profile_data ?? {}
    const text = (name: string) => (typeof profile[name] === 'string' ? profile[name] : null)
    const userId = `${provider}|${identityId}`
    const at = now()
    await trx
      .insertInto('users')
      .values({
        user_id: userId,
        email: text('email'),
        email_verified: profile.email_verified === true,
        username: text('username'),
        phone_number: text('phone_number'),
        phone_verified: typeof profile.phone_verified === 'boolean' ? profile.phone_verified : null,
        name: text('name'),
        nickname: text('nickname'),
        given_name: text('given_name'),
        family_name: text('family_name'),
        picture: text('picture'),
        connection: identity.connection,
        created_at: at,
        updated_at: at,
      })
      .execute()
    await trx
      .updateTable('identities')
      .set({ user_id: userId, position: 0, profile_data: null })
      .where('provider', '=', provider)
      .where('identity_id', '=', identityId)
      .execute()
    await trx.updateTable('users').set({ updated_at: at }).where('user_id', '=', primaryId).execute()
    return identitiesOf(trx, primaryId)
  })
}

async function identitiesOf(trx: Transaction<TenantSchema>, userId: string): Promise<WireIdentity[]> {
  const [user] = await selectUsers(trx, sql`SELECT ${userId}::text AS user_id, 1 AS place`)
  return user?.identities ?? []
}

/** An account that is linked remembers what it was called on its own. */
async function keepProfile(trx: Transaction<TenantSchema>, user: UserRow): Promise<void> {
  const profile = {
    email: user.email,
    email_verified: user.email === null ? null : user.email_verified,
    name: user.name,
    username: user.username,
    given_name: user.given_name,
    family_name: user.family_name,
    nickname: user.nickname,
    picture: user.picture,
    phone_number: user.phone_number,
    phone_verified: user.phone_verified,
  }
  const set = Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== null))
  await trx
    .updateTable('identities')
    .set({ profile_data: JSON.stringify(set) })
    .where('user_id', '=', user.user_id)
    .where('position', '=', 0)
    .where('profile_data', 'is', null)
    .execute()
}
