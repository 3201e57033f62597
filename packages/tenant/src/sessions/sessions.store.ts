import { sql } from '@rollcall/database'
import type { Kysely, Selectable } from '@rollcall/database'
import { sha256, unguessable } from '../hashing.ts'
import { randomText } from '../ids.ts'
import type { JsonObject, TenantSchema } from '../schema.ts'

export type Session = Selectable<TenantSchema['sessions']>

/** How long a session lives without a visit, and in all. */
export interface SessionLifetimes {
  idleMs: number
  absoluteMs: number
}

const hourMs = 3_600_000
const hours = (value: unknown, fallback: number) => (typeof value === 'number' && value > 0 ? value : fallback) * hourMs

/** From the tenant's settings, which count in hours; Auth0's defaults are three days and seven. */
export const lifetimesOf = (settings: JsonObject): SessionLifetimes => ({
  idleMs: hours(settings.idle_session_lifetime, 72),
  absoluteMs: hours(settings.session_lifetime, 168),
})

/** @returns the session and the cookie's value, which is kept only as a hash */
export async function startSession(
  db: Kysely<TenantSchema>,
  {
    userId,
    amr,
    ip,
    userAgent,
    lifetimes: { idleMs, absoluteMs },
    now,
  }: {
    userId: string
    amr: string[]
    ip: string
    userAgent: string | undefined
    lifetimes: SessionLifetimes
    now: Date
  },
): Promise<{ session: Session; cookie: string }> {
  const cookie = unguessable()
  const session = await db
    .insertInto('sessions')
    .values({
      session_id: randomText(32),
      cookie_hash: sha256(cookie),
      user_id: userId,
      amr,
      ip,
      user_agent: userAgent?.slice(0, 512) ?? null,
      authenticated_at: now,
      last_interacted_at: now,
      idle_expires_at: new Date(now.getTime() + idleMs),
      expires_at: new Date(now.getTime() + absoluteMs),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return { session, cookie }
}

/** The live session behind a cookie. */
export function findSession(
  db: Kysely<TenantSchema>,
  { cookie, now }: { cookie: string; now: Date },
): Promise<Session | undefined> {
  return db
    .selectFrom('sessions')
    .selectAll()
    .where('cookie_hash', '=', sha256(cookie))
    .where('expires_at', '>', now)
    .where('idle_expires_at', '>', now)
    .executeTakeFirst()
}

/** A live session by its public id. */
export function findSessionById(
  db: Kysely<TenantSchema>,
  { sessionId, now }: { sessionId: string; now: Date },
): Promise<Session | undefined> {
  return db
    .selectFrom('sessions')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('expires_at', '>', now)
    .where('idle_expires_at', '>', now)
    .executeTakeFirst()
}

/** Its person has shown more of who they are. */
export async function strengthenSession(
  db: Kysely<TenantSchema>,
  { sessionId, amr }: { sessionId: string; amr: string[] },
): Promise<void> {
  await db.updateTable('sessions').set({ amr }).where('session_id', '=', sessionId).execute()
}

/** A visit: the session lives on, as long again as it was given, and remembers which application it was for. */
export async function touchSession(
  db: Kysely<TenantSchema>,
  {
    sessionId,
    clientId,
    ip,
    userAgent,
    now,
  }: { sessionId: string; clientId: string; ip: string; userAgent: string | undefined; now: Date },
): Promise<void> {
  await db
    .updateTable('sessions')
    .set({
      last_interacted_at: now,
      last_ip: ip,
      last_user_agent: userAgent?.slice(0, 512) ?? null,
      idle_expires_at: sql`${now}::timestamptz + (idle_expires_at - last_interacted_at)`,
      client_ids: sql`CASE WHEN ${clientId} = ANY (client_ids) THEN client_ids ELSE array_append(client_ids, ${clientId}) END`,
    })
    .where('session_id', '=', sessionId)
    .execute()
}

export async function endSession(db: Kysely<TenantSchema>, sessionId: string): Promise<void> {
  await db.deleteFrom('sessions').where('session_id', '=', sessionId).execute()
}

/** Ends all of a user's sessions, or one of them. */
export async function endSessions(
  db: Kysely<TenantSchema>,
  { userId, sessionId }: { userId: string; sessionId?: string | undefined },
): Promise<void> {
  await db
    .deleteFrom('sessions')
    .where('user_id', '=', userId)
    .$if(sessionId !== undefined, (some) => some.where('session_id', '=', sessionId ?? ''))
    .execute()
}
