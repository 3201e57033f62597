import { sql } from '@rollcall/database'
import type { Kysely, Selectable } from '@rollcall/database'
import { sha256, unguessable } from '../hashing.ts'
import { randomText } from '../ids.ts'
import type { TenantSchema } from '../schema.ts'

export type Session = Selectable<TenantSchema['sessions']>

// Auth0's defaults: three days without a visit, seven in all.
const idleMs = 3 * 86_400_000
const absoluteMs = 7 * 86_400_000

/** @returns the session and the cookie's value, which is kept only as a hash */
export async function startSession(
  db: Kysely<TenantSchema>,
  { userId, ip, userAgent, now }: { userId: string; ip: string; userAgent: string | undefined; now: Date },
): Promise<{ session: Session; cookie: string }> {
  const cookie = unguessable()
  const session = await db
    .insertInto('sessions')
    .values({
      session_id: randomText(32),
      cookie_hash: sha256(cookie),
      user_id: userId,
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

/** A visit: the session lives on, and remembers which application it was for. */
export async function touchSession(
  db: Kysely<TenantSchema>,
  { sessionId, clientId, now }: { sessionId: string; clientId: string; now: Date },
): Promise<void> {
  await db
    .updateTable('sessions')
    .set({
      last_interacted_at: now,
      idle_expires_at: new Date(now.getTime() + idleMs),
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
