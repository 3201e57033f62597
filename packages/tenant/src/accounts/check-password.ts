import type { Client } from '../clients/clients.store.ts'
import type { Connection } from '../connections/connections.store.ts'
import type { LogEvent } from '../logs/log-event.ts'
import type { TenantContext } from '../tenant-context.ts'
import { isPassword, upgradePassword } from '../users/password.ts'
import { findDatabaseIdentity, findUser } from '../users/users.store.ts'
import type { UserRow } from '../users/users.store.ts'
import { forgetAttempts, noteAttempt, takeBack } from './attempts.store.ts'
import { accountLimit, addressLimit, anyAddress, isShut, readProtection, shut } from './protection.ts'

export interface PasswordAttempt {
  /** What was typed as e-mail address or username. */
  login: string
  password: string
  connections: Connection[]
  client: Client
  ip: string
  userAgent: string | undefined
  origin: string
  /** What kind of entry a failure leaves in the log; at the token endpoint Auth0 has its own. */
  failure?: LogEvent['type']
}

/**
 * `shut`: brute-force protection holds the account closed to this address; `throttled`: this address has failed too often at all;
 * `blocked`: the password is right, and an administrator has blocked the user.
 */
export type PasswordVerdict =
  | { verdict: 'good'; user: UserRow; connection: Connection }
  | { verdict: 'wrong' }
  | { verdict: 'shut' }
  | { verdict: 'throttled' }
  | { verdict: 'blocked'; user: UserRow }

/**
 * Checks a password, counts what fails, and writes it down. Of many guesses at once each counts those before it; an account that does not
 * exist answers as one that does, and as late.
 */
export async function checkPassword(context: TenantContext, attempt: PasswordAttempt): Promise<PasswordVerdict> {
  const { db } = context
  const { connections, client, ip, origin } = attempt
  const now = context.now()
  const identifier = attempt.login.trim().toLowerCase()
  const about = {
    client_id: client.clientId,
    client_name: client.name,
    ip,
    user_agent: attempt.userAgent,
    user_name: identifier,
    hostname: new URL(origin).host,
    strategy: 'auth0',
    strategy_type: 'database',
  }
  const protection = await readProtection(context, ip)
  const scope = protection.account?.perAddress === false ? anyAddress : ip
  const account = accountLimit(identifier, scope, protection.account?.most ?? Infinity)
  const address = addressLimit(ip, protection.address?.most ?? Infinity)
  const [ofAccount = 0, ofAddress = 0] = await noteAttempt(db, { limits: [account, address], now })
  const notMade = async () => {
    await takeBack(db, { subject: account.subject, now })
    await takeBack(db, { subject: address.subject, now })
  }
  // Looked at after the attempt was noted: whoever shuts the account begins to count anew, and no guess slips in between.
  if (protection.account && (await isShut(context, { identifier, ip }))) {
    await notMade()
    context.logs.write({ ...about, type: 'limit_wc', description: 'Blocked account' })
    return { verdict: 'shut' }
  }
  if (ofAddress > address.most) {
    await notMade()
    context.logs.write({ ...about, type: 'limit_mu', description: 'Blocked IP address' })
    return { verdict: 'throttled' }
  }

  const identity =
    connections.length > 0
      ? await findDatabaseIdentity(
          db,
          connections.map(({ name }) => name),
          identifier,
        )
      : undefined
  const connection = connections.find(({ name }) => name === identity?.connection)
  if (ofAccount > account.most) {
    // Guesses that were made side by side: the ones above the limit are not looked at.
    await notMade()
    return { verdict: 'shut' }
  }
  const isRight = await isPassword(identity?.password_hash, attempt.password)
  const user = identity && (await findUser(db, identity.user_id))
  if (!isRight || !user || !connection) {
    const isKnown = user !== undefined
    context.logs.write({
      ...about,
      type: attempt.failure ?? (isKnown ? 'fp' : 'fu'),
      description: 'Wrong email or password.',
      ...(user && { user_id: user.user_id }),
      ...(connection && { connection: connection.name, connection_id: connection.id }),
    })
    const named = connection ?? (connections.length === 1 ? connections[0] : undefined)
    const isLast = protection.account !== undefined && ofAccount >= account.most
    if (isLast && (await shut(context, { identifier, ip: scope, connection: named?.name ?? null, user, origin }))) {
      await forgetAttempts(db, account.subject) // from here on the block stands
      context.logs.write({ ...about, type: 'limit_wc', description: 'Blocked account', ...(user && { user_id: user.user_id }) }) // prettier-ignore
    }
    return { verdict: 'wrong' }
  }
  await forgetAttempts(db, account.subject)
  await takeBack(db, { subject: address.subject, now })
  await upgradePassword(db, { userId: user.user_id, passwordHash: identity.password_hash, password: attempt.password })
  if (user.blocked) {
    context.logs.write({ ...about, type: attempt.failure ?? 'f', description: 'user is blocked', user_id: user.user_id, connection: connection.name, connection_id: connection.id }) // prettier-ignore
    return { verdict: 'blocked', user }
  }
  return { verdict: 'good', user, connection }
}
