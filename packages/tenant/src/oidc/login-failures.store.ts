import type { Kysely } from '@rollcall/database'
import { sha256 } from '../hashing.ts'
import type { TenantSchema } from '../schema.ts'

const windowMs = 5 * 60_000
const limits = { account: 10, address: 100 }

const subjectsOf = ({ login, ip }: { login: string; ip: string }) => ({
  account: sha256(`account ${login.trim().toLowerCase()} ${ip}`),
  address: sha256(`address ${ip}`),
})

/** Whether this account from this address, or this address at all, has failed too often of late. */
export async function isLockedOut(
  db: Kysely<TenantSchema>,
  attempt: { login: string; ip: string; now: Date },
): Promise<boolean> {
  const subjects = subjectsOf(attempt)
  const since = new Date(attempt.now.getTime() - windowMs)
  const counts = await db
    .selectFrom('login_failures')
    .select(({ fn }) => ['subject_hash', fn.countAll<number>().as('failures')])
    .where('subject_hash', 'in', [subjects.account, subjects.address])
    .where('failed_at', '>', since)
    .groupBy('subject_hash')
    .execute()
  const failures = (subject: Buffer) => counts.find((row) => row.subject_hash.equals(subject))?.failures ?? 0
  return failures(subjects.account) >= limits.account || failures(subjects.address) >= limits.address
}

export async function recordFailure(
  db: Kysely<TenantSchema>,
  attempt: { login: string; ip: string; now: Date },
): Promise<void> {
  const { account, address } = subjectsOf(attempt)
  await db
    .insertInto('login_failures')
    .values([account, address].map((subject) => ({ subject_hash: subject, failed_at: attempt.now })))
    .execute()
}

/** A success clears the account's failures from this address, not the address's own. */
export async function forgetFailures(db: Kysely<TenantSchema>, attempt: { login: string; ip: string }): Promise<void> {
  await db.deleteFrom('login_failures').where('subject_hash', '=', subjectsOf(attempt).account).execute()
}
