import { transaction } from '@rollcall/database'
import { readDocument } from '../documents/documents.store.ts'
import type { JsonObject } from '../schema.ts'
import { isJsonObject } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import { createTicket, ticketUrl } from '../tickets/tickets.store.ts'
import type { UserRow } from '../users/users.store.ts'
import type { Limit } from './attempts.store.ts'

const dayMs = 86_400_000
const addressWindowMs = 5 * 60_000

/** What stands between an account and whoever guesses at it (Auth0, "Attack Protection"). */
export interface Protection {
  /** Failures of one account from one address, after which it is shut for that address. */
  account: { most: number; perAddress: boolean } | undefined
  /** Failures from one address, whatever the account, after which the address has to wait. */
  address: { most: number } | undefined
}

const listed = (settings: JsonObject | undefined, ip: string) =>
  Array.isArray(settings?.allowlist) && settings.allowlist.includes(ip)
const whole = (value: unknown, fallback: number) => (typeof value === 'number' && value > 0 ? value : fallback)

/** The tenant's settings of both, as far as they concern an address: one that is on the allow list is let through. */
export async function readProtection({ db }: Pick<TenantContext, 'db'>, ip: string): Promise<Protection> {
  const read = (name: string) => readDocument(db, { kind: `attack-protection/${name}`, id: '' })
  const [bruteForce, throttling] = await Promise.all([read('brute-force-protection'), read('suspicious-ip-throttling')])
  const stage = isJsonObject(throttling?.stage) ? throttling.stage['pre-login'] : undefined
  return {
    account:
      bruteForce?.enabled === false || listed(bruteForce, ip)
        ? undefined
        : { most: whole(bruteForce?.max_attempts, 10), perAddress: bruteForce?.mode !== 'count_per_identifier' },
    address:
      throttling?.enabled === false || listed(throttling, ip)
        ? undefined
        : { most: whole(isJsonObject(stage) ? stage.max_attempts : undefined, 100) },
  }
}

/** The address of a block that holds wherever the attempt comes from. */
export const anyAddress = '*'

export const accountLimit = (identifier: string, ip: string, most: number): Limit => ({
  subject: `account ${identifier} ${ip}`,
  most,
  windowMs: dayMs,
})
export const addressLimit = (ip: string, most: number): Limit => ({
  subject: `address ${ip}`,
  most,
  windowMs: addressWindowMs,
})

/** Whether brute-force protection has shut this account for this address. */
export async function isShut(
  { db }: Pick<TenantContext, 'db'>,
  { identifier, ip }: { identifier: string; ip: string },
): Promise<boolean> {
  const row = await db
    .selectFrom('user_blocks')
    .select('identifier')
    .where('identifier', '=', identifier)
    .where('ip', 'in', [ip, anyAddress])
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Shuts an account for an address, and tells its owner once, with a link that opens it again. An account that does not exist is shut alike:
 * who asks learns nothing of which are there.
 */
export async function shut(
  context: TenantContext,
  {
    identifier,
    ip,
    connection,
    user,
    origin,
  }: { identifier: string; ip: string; connection: string | null; user: UserRow | undefined; origin: string },
): Promise<boolean> {
  const now = context.now()
  const added = await transaction(context.db, async (trx): Promise<{ token?: string } | undefined> => {
    const result = await trx
      .insertInto('user_blocks')
      .values({ identifier, ip, connection, user_id: user?.user_id ?? null, created_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    if (result.numInsertedOrUpdatedRows !== 1n) return undefined
    if (!user) return {}
    return createTicket(trx, { kind: 'unblock', userId: user.user_id, now })
  })
  if (added === undefined) return false
  if (user?.email && added.token !== undefined) {
    context.mail.send({
      kind: 'blocked_account',
      to: user.email,
      userId: user.user_id,
      subject: 'Somebody tried to sign in to your account',
      paragraphs: [
        `There were many failed attempts to sign in to your account from the address ${ip}. It is shut for that address now; from elsewhere you can sign in as always.`,
        'If it was you, open it again here:',
      ],
      action: { label: 'Open the account again', url: ticketUrl(origin, 'unblock', added.token) },
      closing: 'If it was not you, you need not do anything. If you use the same password elsewhere, change it.',
    })
  }
  return true
}
