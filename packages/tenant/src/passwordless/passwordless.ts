import { sql, transaction } from '@rollcall/database'
import { mayAttempt } from '../accounts/attempts.store.ts'
import type { Client } from '../clients/clients.store.ts'
import type { Connection } from '../connections/connections.store.ts'
import { objectId } from '../ids.ts'
import { isJsonObject } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import { defaultPicture } from '../users/user-input.ts'
import { findUser } from '../users/users.store.ts'
import type { UserRow } from '../users/users.store.ts'
import { createCode, useCode } from './one-time-codes.store.ts'

/** Someone's e-mail address or telephone number at a passwordless connection. */
export interface Address {
  connection: Connection
  client: Client
  /** Lower-cased, if it is an e-mail address. */
  to: string
}

const hourMs = 3_600_000
const subjectOf = ({ connection, client, to }: Address) => `passwordless ${connection.id} ${client.clientId} ${to}`
const within = (value: unknown, least: number, most: number, fallback: number) =>
  typeof value === 'number' && value >= least && value <= most ? Math.floor(value) : fallback

/**
 * Sends a code.
 * @returns whether it may be: an address is not to be flooded, and no more are sent for one caller than Auth0 sends (50 an hour)
 * @param linkOf makes the link that is sent in place of the code
 */
export async function sendCode(
  context: TenantContext,
  address: Address,
  ip: string,
  linkOf?: (code: string) => string,
): Promise<boolean> {
  const { connection, client, to } = address
  const now = context.now()
  const limits = [
    { subject: `codes to ${to}`, most: 10, windowMs: hourMs },
    { subject: `codes for ${ip}`, most: 50, windowMs: hourMs },
  ]
  if (!(await mayAttempt(context.db, { limits, now }))) return false
  const totp = isJsonObject(connection.options.totp) ? connection.options.totp : {}
  const seconds = within(totp.time_step, 30, 600, 180)
  const digits = within(totp.length, 4, 10, 6)
  const code = await createCode(context, { subject: subjectOf(address), digits, lifetimeMs: seconds * 1000 })
  const isText = connection.strategy === 'sms'
  const minutes = `${Math.max(1, Math.round(seconds / 60))} minute${seconds >= 90 ? 's' : ''}`
  context.mail.send({
    kind: isText ? 'sms' : 'passwordless_email',
    to,
    subject: isText ? 'Text message' : `Your ${linkOf ? 'link' : 'code'} for ${client.name}`,
    ...(linkOf
      ? { paragraphs: [`Sign in to ${client.name} by this link.`], action: { label: 'Sign in', url: linkOf(code) } }
      : { paragraphs: [`Your code to sign in to ${client.name}:`], code }),
    closing: `It is good once, for ${minutes}. If you did not ask for it, you need not do anything.`,
  })
  context.logs.write({
    type: 'cls',
    description: 'Passwordless login code has been sent',
    client_id: client.clientId,
    client_name: client.name,
    connection: connection.name,
    connection_id: connection.id,
    strategy: connection.strategy,
    strategy_type: 'passwordless',
    ip,
    user_name: to,
  })
  return true
}

/** `shut`: the code was right, but the connection takes nobody new. */
export type CodeVerdict = { verdict: 'good'; user: UserRow } | { verdict: 'wrong' } | { verdict: 'shut' }

/** Takes a code; whoever comes for the first time becomes a user. */
export async function signInByCode(context: TenantContext, address: Address, code: string): Promise<CodeVerdict> {
  if (!(await useCode(context, { subject: subjectOf(address), code: code.replace(/\s/g, '') })))
    return { verdict: 'wrong' }
  const found = await ensureUser(context, address)
  const user = found && (await findUser(context.db, found.userId))
  if (!user) return { verdict: 'shut' }
  if (found.change !== undefined) logChange(context, address, { user, type: found.change })
  return { verdict: 'good', user }
}

function logChange(
  { logs }: TenantContext,
  { connection, client, to }: Address,
  { user, type }: { user: UserRow; type: 'ss' | 'sv' },
): void {
  logs.write({
    type,
    description: type === 'sv' ? 'The address was confirmed by its code' : undefined,
    client_id: client.clientId,
    client_name: client.name,
    connection: connection.name,
    connection_id: connection.id,
    strategy: connection.strategy,
    strategy_type: 'passwordless',
    user_id: user.user_id,
    user_name: to,
  })
}

/** @returns the id of whoever has this address at this connection; undefined if nobody has, and nobody new is taken */
export async function findAddress(
  { db }: Pick<TenantContext, 'db'>,
  { connection, to }: Pick<Address, 'connection' | 'to'>,
): Promise<UserRow | undefined> {
  return db
    .selectFrom('users')
    .innerJoin('identities', 'identities.user_id', 'users.user_id')
    .selectAll('users')
    .where('identities.connection', '=', connection.name)
    .where((row) =>
      connection.strategy === 'sms' ? row('users.phone_number', '=', to) : row('identities.login_email', '=', to),
    )
    .executeTakeFirst()
}

/** @returns who it is, and whether they are new (`ss`) or were not confirmed before (`sv`); undefined if nobody new is taken */
async function ensureUser(
  context: TenantContext,
  { connection, to }: Address,
): Promise<{ userId: string; change?: 'ss' | 'sv' } | undefined> {
  const isText = connection.strategy === 'sms'
  return transaction(context.db, async (trx) => {
    // Of two first sign-ins at once, one makes the user and the other finds them.
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`passwordless ${connection.id} ${to}`}, 0))`.execute(trx)
    const existing = await findAddress({ db: trx }, { connection, to })
    if (existing) {
      if (isText ? existing.phone_verified : existing.email_verified) return { userId: existing.user_id }
      await trx
        .updateTable('users')
        .set(isText ? { phone_verified: true } : { email_verified: true })
        .where('user_id', '=', existing.user_id)
        .execute()
      return { userId: existing.user_id, change: 'sv' }
    }
    if (connection.options.disable_signup === true) return undefined
    const now = context.now()
    const identityId = objectId(now)
    const userId = `${connection.strategy}|${identityId}`
    await trx
      .insertInto('users')
      .values({
        user_id: userId,
        email: isText ? null : to,
        email_verified: !isText,
        phone_number: isText ? to : null,
        phone_verified: isText ? true : null,
        name: to,
        nickname: isText ? null : (to.split('@')[0] ?? null),
        picture: defaultPicture(isText ? null : to, to),
        connection: connection.name,
        created_at: now,
        updated_at: now,
      })
      .execute()
    await trx
      .insertInto('identities')
      .values({
        provider: connection.strategy,
        identity_id: identityId,
        user_id: userId,
        connection: connection.name,
        login_email: isText ? null : to,
      })
      .execute()
    return { userId, change: 'ss' }
  })
}
