import { transaction } from '@rollcall/database'
import type { Updateable } from '@rollcall/database'
import { policyOf } from '../accounts/reset-password.ts'
import { sendVerification } from '../accounts/verification.ts'
import { badRequest } from '../management/management-error.ts'
import type { JsonObject, TenantSchema } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import { getUser, userMissing } from './get-user.ts'
import { hashPassword } from './password.ts'
import type { WireUser } from './present-user.ts'
import type { UpdateUserBody } from './user-input.ts'

/** Auth0 refuses to change these together. */
const exclusions = [
  ['password', 'email'],
  ['password', 'email_verified'],
  ['username', 'email'],
  ['username', 'email_verified'],
  ['username', 'password'],
] as const

/** Members that are stored as they are sent. */
const plainMembers = [
  'name', 'nickname', 'given_name', 'family_name', 'picture', 'blocked', 'phone_number', 'phone_verified', 'email_verified',
] as const // prettier-ignore

/**
 * Changes what is named and nothing else. Metadata is merged on its first level: a key with null goes, `{}` empties the whole.
 * @throws ManagementError 404, or 400 in Auth0's words
 */
export async function updateUser(
  context: TenantContext,
  userId: string,
  body: UpdateUserBody,
  origin: string,
): Promise<WireUser> {
  const { db, now, origins } = context
  for (const [one, other] of exclusions) {
    if (body[one] !== undefined && body[other] !== undefined) {
      throw badRequest(`Cannot update ${one} and ${other} simultaneously`)
    }
  }
  const passwordHash = typeof body.password === 'string' ? await hashPassword(body.password) : undefined

  await transaction(db, async (trx) => {
    const user = await trx.selectFrom('users').selectAll().where('user_id', '=', userId).forUpdate().executeTakeFirst()
    if (!user) throw userMissing()
    const isDatabase = userId.startsWith('auth0|')
    if (!isDatabase && passwordHash !== undefined) throw badRequest('Cannot update password for non-database user')
    if (!isDatabase && typeof body.email === 'string') throw badRequest('Cannot update email for non-database user')
    if (!isDatabase && typeof body.username === 'string')
      throw badRequest('Cannot update username for non-database user')
    if (typeof body.password === 'string' && !(await policyOf({ db: trx }, user, body.password)).verified)
      throw badRequest('PasswordStrengthError: Password is too weak')

    const changes: Updateable<TenantSchema['users']> = { updated_at: now() }
    for (const member of plainMembers) {
      if (body[member] !== undefined) Object.assign(changes, { [member]: body[member] })
    }
    if (body.email !== undefined) changes.email = body.email?.toLowerCase() ?? null
    if (body.username !== undefined) changes.username = body.username?.toLowerCase() ?? null
    if (passwordHash !== undefined) changes.last_password_reset = now()
    if (body.user_metadata) changes.user_metadata = merged(user.user_metadata, body.user_metadata)
    if (body.app_metadata) changes.app_metadata = merged(user.app_metadata, body.app_metadata)
    await trx.updateTable('users').set(changes).where('user_id', '=', userId).execute()

    const logins = {
      ...(changes.email !== undefined && { login_email: changes.email }),
      ...(changes.username !== undefined && { login_username: changes.username }),
      ...(passwordHash !== undefined && { password_hash: passwordHash }),
    }
    if (!isDatabase || Object.keys(logins).length === 0) return
    await trx
      .updateTable('identities')
      .set(logins)
      .where('user_id', '=', userId)
      .where('position', '=', 0)
      .execute()
      .catch((error: unknown) => {
        const isTaken = error instanceof Error && 'code' in error && error.code === '23505' // unique_violation
        if (!isTaken) throw error
        throw badRequest(`The specified new ${body.email === undefined ? 'username' : 'email'} already exists`)
      })
  })
  const changed = await getUser({ db, origins }, userId)
  if (body.verify_email === true && typeof changed.email === 'string')
    await sendVerification(context, { userId, email: changed.email, origin })
  return changed
}

function merged(before: JsonObject | null, change: Record<string, unknown>): string {
  const after = Object.keys(change).length === 0 ? {} : { ...before, ...change }
  return JSON.stringify(Object.fromEntries(Object.entries(after).filter(([, value]) => value !== null)))
}
