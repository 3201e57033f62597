import { sql, transaction } from '@rollcall/database'
import type { Connection } from '../connections/connections.store.ts'
import type { JsonObject } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import { createTicket, ticketUrl, useTicket } from '../tickets/tickets.store.ts'
import { hashPassword } from '../users/password.ts'
import { findDatabaseIdentity, findUser } from '../users/users.store.ts'
import type { UserRow } from '../users/users.store.ts'
import { checkPolicy } from './password-policy.ts'
import type { PasswordVerdict } from './password-policy.ts'
import { mayAttempt } from './attempts.store.ts'

const hourMs = 3_600_000

/**
 * Sends the mail by which someone sets a new password, if there is an account to set it for. Whoever asks gets the same answer, as soon, and
 * learns nothing of which accounts exist; nobody's inbox is filled by a stranger.
 */
export async function requestReset(
  context: TenantContext,
  {
    login,
    connections,
    origin,
    clientId,
    ip,
  }: { login: string; connections: Connection[]; origin: string; clientId: string | undefined; ip: string },
): Promise<void> {
  const now = context.now()
  const identifier = login.trim().toLowerCase()
  const limits = [
    { subject: `reset ${identifier}`, most: 10, windowMs: hourMs },
    { subject: `reset from ${ip}`, most: 100, windowMs: hourMs },
  ]
  if (!(await mayAttempt(context.db, { limits, now }))) return
  const send = async () => {
    const names = connections.filter(({ strategy }) => strategy === 'auth0').map(({ name }) => name)
    const identity = names.length > 0 ? await findDatabaseIdentity(context.db, names, identifier) : undefined
    const user = identity && (await findUser(context.db, identity.user_id))
    const about = { user_name: identifier, ip, client_id: clientId }
    if (!user?.email) return context.logs.write({ ...about, type: 'fcpr', description: 'User does not exist.' })
    const { token } = await createTicket(context.db, {
      kind: 'password_change',
      userId: user.user_id,
      request: { client_id: clientId, mark_email_as_verified: true },
      ttlSeconds: 5 * 86_400,
      now,
    })
    context.mail.send({
      kind: 'reset_email',
      to: user.email,
      userId: user.user_id,
      subject: 'Set a new password',
      paragraphs: ['Somebody, hopefully you, asked to set a new password for your account.'],
      action: { label: 'Set a new password', url: ticketUrl(origin, 'password_change', token) },
      closing: 'The link is good once, for five days. If you did not ask for it, your password stays as it is.',
    })
    context.logs.write({ ...about, type: 'scpr', user_id: user.user_id, description: 'Change password email sent' })
  }
  // Not waited for: how long the answer took would tell whether there is an account.
  context.mail.after(send())
}

export type ResetResult =
  | { verdict: 'done'; user: UserRow; request: JsonObject }
  | { verdict: 'gone' }
  | { verdict: 'weak'; policy: PasswordVerdict }

/** The policy an account's new password is held to. */
export async function policyOf(
  { db }: Pick<TenantContext, 'db'>,
  user: UserRow,
  password: string,
): Promise<PasswordVerdict> {
  const row = await db
    .selectFrom('identities')
    .innerJoin('connections', 'connections.name', 'identities.connection')
    .select('connections.options')
    .where('identities.user_id', '=', user.user_id)
    .where('identities.provider', '=', 'auth0')
    .orderBy('identities.position')
    .executeTakeFirst()
  return checkPolicy(row?.options ?? {}, password, user)
}

/**
 * Sets the password a link was given out for. Of many uses of one link, one sets it. All that was open in the account's name is ended: whoever
 * knew the old password is out.
 */
export async function resetPassword(
  context: TenantContext,
  { token, user, password }: { token: string; user: UserRow; password: string },
): Promise<ResetResult> {
  const policy = await policyOf(context, user, password)
  if (!policy.verified) return { verdict: 'weak', policy }
  const passwordHash = await hashPassword(password)
  const now = context.now()
  return transaction(context.db, async (trx): Promise<ResetResult> => {
    const ticket = await useTicket(trx, { kind: 'password_change', token, now })
    if (ticket?.user_id !== user.user_id) return { verdict: 'gone' }
    await trx
      .updateTable('identities')
      .set({ password_hash: passwordHash })
      .where('user_id', '=', user.user_id)
      .where('provider', '=', 'auth0')
      .execute()
    const isVerified = ticket.request.mark_email_as_verified === true
    await trx
      .updateTable('users')
      .set({ last_password_reset: now, updated_at: now, ...(isVerified && { email_verified: true }) })
      .where('user_id', '=', user.user_id)
      .execute()
    await trx.deleteFrom('sessions').where('user_id', '=', user.user_id).execute()
    await trx
      .updateTable('refresh_token_families')
      .set({ revoked_at: sql`coalesce(revoked_at, ${now})` })
      .where('user_id', '=', user.user_id)
      .execute()
    await trx.deleteFrom('user_blocks').where('user_id', '=', user.user_id).execute()
    // Other links that would set it again.
    await trx.deleteFrom('tickets').where('user_id', '=', user.user_id).where('kind', '=', 'password_change').execute()
    return { verdict: 'done', user, request: ticket.request }
  })
}
