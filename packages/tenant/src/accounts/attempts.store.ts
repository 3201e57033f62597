import { sql } from '@rollcall/database'
import type { Kysely } from '@rollcall/database'
import { sha256 } from '../hashing.ts'
import type { TenantSchema } from '../schema.ts'

/** Something that may fail only so often: a password for an account, a code for a person, a guess from an address. */
export interface Limit {
  /** What is counted: `account ada@example.com 192.0.2.1`; kept as a hash. */
  subject: string
  most: number
  windowMs: number
}

/**
 * Takes note of an attempt, as a failure until it turns out to be none: of many at once, each counts those before it.
 * @returns how many there were within the window of each limit, this one included, in the order of the limits
 */
export async function noteAttempt(
  db: Kysely<TenantSchema>,
  { limits, now }: { limits: readonly Limit[]; now: Date },
): Promise<number[]> {
  const rows = limits.map(({ subject, windowMs }) => ({
    hash: sha256(subject),
    since: new Date(now.getTime() - windowMs),
  }))
  await db
    .insertInto('login_failures')
    .values(rows.map(({ hash }) => ({ subject_hash: hash, failed_at: now })))
    .execute()
  const counts = await Promise.all(
    rows.map(({ hash, since }) =>
      db
        .selectFrom('login_failures')
        .select(({ fn }) => fn.countAll<number>().as('attempts'))
        .where('subject_hash', '=', hash)
        .where('failed_at', '>', since)
        .executeTakeFirstOrThrow(),
    ),
  )
  return counts.map(({ attempts }) => Number(attempts))
}

/** Whether an attempt may be made; one that may not does not make the wait longer. */
export async function mayAttempt(
  db: Kysely<TenantSchema>,
  { limits, now }: { limits: readonly Limit[]; now: Date },
): Promise<boolean> {
  const counts = await noteAttempt(db, { limits, now })
  if (limits.every(({ most }, index) => (counts[index] ?? 0) <= most)) return true
  for (const { subject } of limits) await takeBack(db, { subject, now })
  return false
}

/** It went well: what was noted of it is taken back. One row of that moment: another attempt may have been made in the same millisecond. */
export async function takeBack(
  db: Kysely<TenantSchema>,
  { subject, now }: { subject: string; now: Date },
): Promise<void> {
  await sql`DELETE FROM login_failures WHERE ctid = (
    SELECT ctid FROM login_failures WHERE subject_hash = ${sha256(subject)} AND failed_at = ${now} LIMIT 1 FOR UPDATE SKIP LOCKED
  )`.execute(db)
}

/** Begins to count anew. */
export async function forgetAttempts(db: Kysely<TenantSchema>, subject: string): Promise<void> {
  await db.deleteFrom('login_failures').where('subject_hash', '=', sha256(subject)).execute()
}
