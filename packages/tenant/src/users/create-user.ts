import { transaction } from '@rollcall/database'
import { identifiersOf } from '../accounts/identifiers.ts'
import { checkPolicy } from '../accounts/password-policy.ts'
import { sendVerification } from '../accounts/verification.ts'
import { findConnection } from '../connections/connections.store.ts'
import { objectId } from '../ids.ts'
import { ManagementError, badRequest } from '../management/management-error.ts'
import type { TenantContext } from '../tenant-context.ts'
import { getUser } from './get-user.ts'
import { hashPassword } from './password.ts'
import type { WireUser } from './present-user.ts'
import { defaultPicture } from './user-input.ts'
import type { CreateUserBody } from './user-input.ts'

/**
 * Adds a user to a connection, with the defaults that Auth0 fills in.
 * @throws ManagementError 400 for a connection that cannot take them, 409 when they are there already
 */
export async function createUser(context: TenantContext, body: CreateUserBody, origin: string): Promise<WireUser> {
  const { db, now, origins } = context
  const connection = await findConnection(db, body.connection)
  if (!connection) throw badRequest('The connection does not exist.', 'inexistent_connection')
  // The prefix of a user id is the strategy; that of Auth0’s own databases is auth0.
  const provider = connection.strategy
  const isDatabase = provider === 'auth0'
  if (isDatabase && body.password === undefined)
    throw badRequest(`Payload validation error: 'Missing required property: password'.`)
  if (!isDatabase && body.password !== undefined) throw badRequest('Cannot set password for non-database users.')
  const needsEmail = provider !== 'sms' && identifiersOf(connection.options).email === 'required'
  if (body.email === undefined && needsEmail)
    throw badRequest(`Payload validation error: 'Missing required property: email'.`)
  if (provider === 'sms' && body.phone_number === undefined) {
    throw badRequest(`Payload validation error: 'Missing required property: phone_number'.`)
  }
  if (body.password !== undefined && !checkPolicy(connection.options, body.password, body).verified)
    throw badRequest('PasswordStrengthError: Password is too weak')
  const email = body.email?.toLowerCase() ?? null
  const username = body.username?.toLowerCase() ?? null
  const identityId = body.user_id ?? objectId(now())
  const userId = `${provider}|${identityId}`
  const name = body.name ?? email ?? username ?? body.phone_number ?? null
  const passwordHash = body.password === undefined ? null : await hashPassword(body.password)
  const at = now()

  await transaction(db, async (trx) => {
    const added = await trx
      .insertInto('users')
      .values({
        user_id: userId,
        email,
        email_verified: body.email_verified ?? false,
        username,
        phone_number: body.phone_number ?? null,
        phone_verified: body.phone_verified ?? null,
        name,
        nickname: body.nickname ?? email?.split('@')[0] ?? username,
        given_name: body.given_name ?? null,
        family_name: body.family_name ?? null,
        picture: body.picture ?? defaultPicture(email, name ?? identityId),
        blocked: body.blocked ?? null,
        connection: connection.name,
        user_metadata: body.user_metadata === undefined ? null : JSON.stringify(body.user_metadata),
        app_metadata: body.app_metadata === undefined ? null : JSON.stringify(body.app_metadata),
        created_at: at,
        updated_at: at,
        last_login: null,
        last_ip: null,
        last_password_reset: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    if (added.numInsertedOrUpdatedRows !== 1n) throw userExists()
    const identity = await trx
      .insertInto('identities')
      .values({
        provider,
        identity_id: identityId,
        user_id: userId,
        connection: connection.name,
        login_email: isDatabase || provider === 'email' ? email : null,
        login_username: isDatabase ? username : null,
        password_hash: passwordHash,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    if (identity.numInsertedOrUpdatedRows !== 1n) throw userExists()
  })
  const isToVerify = body.verify_email ?? body.email_verified !== true
  if (isDatabase && email !== null && isToVerify) await sendVerification(context, { userId, email, origin })
  return getUser({ db, origins }, userId)
}

const userExists = () => new ManagementError(409, 'The user already exists.', 'auth0_idp_error')
