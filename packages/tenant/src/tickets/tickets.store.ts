import type { Kysely } from '@rollcall/database'
import { sha256 } from '../hashing.ts'
import { randomText } from '../ids.ts'
import type { JsonObject, TenantSchema } from '../schema.ts'

export type TicketKind = 'password_change' | 'email_verification' | 'unblock'

/** What a link is for, beside its user; under Auth0's names. */
export interface TicketRequest {
  result_url?: string | undefined
  mark_email_as_verified?: boolean | undefined
  includeEmailInRedirect?: boolean | undefined
  client_id?: string | undefined
  /** the address a verification was sent to */
  email?: string | undefined
}

export interface Ticket {
  kind: TicketKind
  user_id: string
  request: JsonObject
}

/** Auth0's default: five days. */
export const defaultTicketSeconds = 432_000

const pages: Record<TicketKind, string> = {
  password_change: '/u/reset-password',
  email_verification: '/u/email-verification',
  unblock: '/u/unblock',
}

/** The link a mail carries. */
export const ticketUrl = (origin: string, kind: TicketKind, token: string) => `${origin}${pages[kind]}?ticket=${token}#`

/** Makes a link that does one thing once. @returns what it carries, which is kept as a hash only */
export async function createTicket(
  db: Kysely<TenantSchema>,
  {
    kind,
    userId,
    request = {},
    ttlSeconds,
    now,
  }: { kind: TicketKind; userId: string; request?: TicketRequest; ttlSeconds?: number | undefined; now: Date },
): Promise<{ token: string }> {
  const token = randomText(32)
  await db
    .insertInto('tickets')
    .values({
      token_hash: sha256(token),
      kind,
      user_id: userId,
      request: JSON.stringify(request),
      expires_at: new Date(now.getTime() + (ttlSeconds || defaultTicketSeconds) * 1000),
      created_at: now,
    })
    .execute()
  return { token }
}

/** What a link would do, without doing it. */
export function peekTicket(
  db: Kysely<TenantSchema>,
  { kind, token, now }: { kind: TicketKind; token: string; now: Date },
): Promise<Ticket | undefined> {
  return db
    .selectFrom('tickets')
    .select(['kind', 'user_id', 'request'])
    .where('token_hash', '=', sha256(token))
    .where('kind', '=', kind)
    .where('expires_at', '>', now)
    .executeTakeFirst()
}

/** Takes the link: of many at once, one gets it. */
export function useTicket(
  db: Kysely<TenantSchema>,
  { kind, token, now }: { kind: TicketKind; token: string; now: Date },
): Promise<Ticket | undefined> {
  return db
    .deleteFrom('tickets')
    .where('token_hash', '=', sha256(token))
    .where('kind', '=', kind)
    .where('expires_at', '>', now)
    .returning(['kind', 'user_id', 'request'])
    .executeTakeFirst()
}
