import { sql } from '@rollcall/database'
import type { Kysely } from '@rollcall/database'
import { sha256 } from '../hashing.ts'
import type { TenantSchema } from '../schema.ts'

const windowMs = 5 * 60_000
const limits = { account: 10, address: 100 }

interface Attempt {
  /** What was typed as e-mail address or username. */
  login: string
  ip: string
  now: Date
}

const subjectsOf = ({ login, ip }: Attempt) => ({
  account: sha256(`account ${login.trim().toLowerCase()} ${ip}`),
  address: sha256(`address ${ip}`),
})

/**
 * Takes note of an attempt to sign in, as a failure until it turns out to be none: of many at once, each counts those before it.
 * @returns false when this account from this address, or this address at all, has failed too often of late; the attempt is not to be made
 */
export async function mayAttempt(db: Kysely<TenantSchema>, attempt: Attempt): Promise<boolean> {
  const subjects = subjectsOf(attempt)
  await db
    .insertInto('login_failures')
    .values(Object.values(subjects).map((subject) => ({ subject_hash: subject, failed_at: attempt.now })))
    .execute()
  const counts = await db
    .selectFrom('login_failures')
    .select(({ fn }) => ['subject_hash', fn.countAll<number>().as('attempts')])
    .where('subject_hash', 'in', Object.values(subjects))
    .where('failed_at', '>', new Date(attempt.now.getTime() - windowMs))
    .groupBy('subject_hash')
    .execute()
  const isWithin = (name: keyof typeof limits) =>
    (counts.find((row) => row.subject_hash.equals(subjects[name]))?.attempts ?? 0) <= limits[name]
  if (isWithin('account') && isWithin('address')) return true
  // It was not made, so it does not make the wait longer.
  await forget(db, subjects.account, attempt.now)
  await forget(db, subjects.address, attempt.now)
  return false
}

/** A success clears the account's failures from this address; of the address's own, it takes back only itself. */
export async function forgetFailures(db: Kysely<TenantSchema>, attempt: Attempt): Promise<void> {
  const { account, address } = subjectsOf(attempt)
  await db.deleteFrom('login_failures').where('subject_hash', '=', account).execute()
  await forget(db, address, attempt.now)
}

/** One row of that moment: another attempt may have been made in the same millisecond. */
async function forget(db: Kysely<TenantSchema>, subject: Buffer, at: Date): Promise<void> {
  await sql`DELETE FROM login_failures WHERE ctid = (
    SELECT ctid FROM login_failures WHERE subject_hash = ${subject} AND failed_at = ${at} LIMIT 1 FOR UPDATE SKIP LOCKED
  )`.execute(db)
}
