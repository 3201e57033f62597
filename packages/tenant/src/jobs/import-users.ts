import { sql } from '@rollcall/database'
import type { Insertable, Transaction } from '@rollcall/database'
import { objectId, prefixedId } from '../ids.ts'
import type { JsonObject, TenantSchema } from '../schema.ts'
import { seal } from '../sealing.ts'
import type { TenantContext } from '../tenant-context.ts'
import { storeImported } from '../users/imported-hash.ts'
import { defaultPicture } from '../users/user-input.ts'
import type { JobRow } from './jobs.store.ts'
import { readImportRow, type ImportedFactor, type ImportRow, type RowError } from './read-import-row.ts'

interface Summary {
  failed: number
  updated: number
  inserted: number
  total: number
}

type ReadRow = ImportRow | RowError[]

/** What became of a row. */
type Outcome = { done: 'inserted' | 'updated'; userId: string } | RowError[]

interface Way {
  connection: string
  upsert: boolean
}

/** So many rows are done by the same statements. */
const rowsAtOnce = 250

/**
 * Does an import's rows: one that cannot be done is noted with its reasons, and the others go on.
 * @returns what came of it, and what writes that into the log: to be called once it counts
 */
export async function importUsers(
  context: TenantContext,
  trx: Transaction<TenantSchema>,
  job: JobRow,
): Promise<{ summary: Summary; log: () => void }> {
  const { rows, ...way } = job.input as unknown as { rows: unknown[] } & Way
  const summary = { failed: 0, updated: 0, inserted: 0, total: rows.length }
  const userIds: string[] = []
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const batch = rows.slice(from, from + rowsAtOnce)
    const errors: { job_id: string; position: number; row: string; errors: string }[] = []
    for (const [at, outcome] of (
      await importBatch(context, trx, { rows: batch.map(readImportRow), ...way })
    ).entries()) {
      if (!Array.isArray(outcome)) {
        summary[outcome.done] += 1
        userIds.push(outcome.userId)
        continue
      }
      summary.failed += 1
      const row = JSON.stringify(withoutSecrets(batch[at]))
      errors.push({ job_id: job.id, position: from + at, row, errors: JSON.stringify(outcome) })
    }
    if (errors.length > 0) await trx.insertInto('job_errors').values(errors).execute()
  }
  return { summary, log: () => logImport(context, { job, connection: way.connection, summary, userIds }) }
}

/** All of them by the same statements. Where two want the same thing, or one what another user has, one half after the other. */
async function importBatch(
  context: TenantContext,
  trx: Transaction<TenantSchema>,
  { rows, ...way }: { rows: readonly ReadRow[] } & Way,
): Promise<Outcome[]> {
  const result = await attempt(trx, () => importTogether(context, trx, { rows, ...way }))
  if (!isConflict(result)) return result
  if (rows.length === 1) return [[result]]
  const half = Math.ceil(rows.length / 2)
  const first = await importBatch(context, trx, { rows: rows.slice(0, half), ...way })
  return [...first, ...(await importBatch(context, trx, { rows: rows.slice(half), ...way }))]
}

const isConflict = (result: Outcome[] | RowError): result is RowError => !Array.isArray(result)

/** @returns the conflict that it ended with, and nothing of it is done then */
async function attempt(trx: Transaction<TenantSchema>, work: () => Promise<Outcome[]>): Promise<Outcome[] | RowError> {
  await sql`SAVEPOINT some_rows`.execute(trx)
  const result = await work().catch(async (error: unknown) => {
    await sql`ROLLBACK TO SAVEPOINT some_rows`.execute(trx)
    return conflictOf(error)
  })
  await sql`RELEASE SAVEPOINT some_rows`.execute(trx)
  return result
}

async function importTogether(
  context: TenantContext,
  trx: Transaction<TenantSchema>,
  { rows, connection, upsert }: { rows: readonly ReadRow[] } & Way,
): Promise<Outcome[]> {
  const emails = rows.flatMap((row) => (Array.isArray(row) || row.email === undefined ? [] : [row.email.toLowerCase()]))
  const there = await findThere(trx, connection, emails)
  const added: NewUser[] = []
  const outcomes: Outcome[] = []
  for (const row of rows) {
    if (Array.isArray(row)) {
      outcomes.push(row)
      continue
    }
    const existing = there.get(row.email?.toLowerCase() ?? '')
    if (existing !== undefined && !upsert) {
      outcomes.push([{ code: 'DUPLICATED_USER', message: 'The user already exist and upsert parameter is false' }])
    } else if (existing === undefined) {
      const user = newUser(context, { user: row, connection })
      added.push(user)
      outcomes.push({ done: 'inserted', userId: user.userId })
    } else {
      await overwrite(context, trx, { userId: existing, user: row })
      outcomes.push({ done: 'updated', userId: existing })
    }
  }
  await insert(context, trx, added)
  return outcomes
}

/** @returns the ids of users of the connection by their addresses */
async function findThere(
  trx: Transaction<TenantSchema>,
  connection: string,
  emails: readonly string[],
): Promise<Map<string, string>> {
  if (emails.length === 0) return new Map()
  const found = await trx
    .selectFrom('identities')
    .select(['user_id', 'login_email'])
    .where('connection', '=', connection)
    .where(sql<boolean>`login_email = ANY (${emails}::text[])`)
    .execute()
  return new Map(found.map(({ login_email: email, user_id: userId }) => [email ?? '', userId]))
}

/** Auth0 leaves one entry, which names nobody; one for each user lets whoever follows the log read these again, and no others. */
function logImport(
  { logs }: TenantContext,
  { job, connection, summary, userIds }: { job: JobRow; connection: string; summary: Summary; userIds: string[] },
): void {
  const about = { type: 'sui', connection, connection_id: String(job.settings.connection_id) }
  for (const userId of userIds)
    logs.write({ ...about, description: 'Successfully imported user', user_id: userId, details: { job_id: job.id } })
  logs.write({ ...about, description: 'Users import completed', details: { job_id: job.id, summary } })
}

export function logFailedImport({ logs }: TenantContext, { id, settings }: JobRow): void {
  const { connection, connection_id: connectionId } = settings
  logs.write({ type: 'fui', description: 'Failed to import users', connection: String(connection), connection_id: String(connectionId), details: { job_id: id } }) // prettier-ignore
}

const profileOf = (user: ImportRow) => ({
  email_verified: user.email_verified,
  given_name: user.given_name,
  family_name: user.family_name,
  name: user.name,
  nickname: user.nickname,
  picture: user.picture,
  phone_number: user.phone_number,
  phone_verified: user.phone_verified,
  blocked: user.blocked,
  user_metadata: user.user_metadata && JSON.stringify(user.user_metadata),
  app_metadata: user.app_metadata && JSON.stringify(user.app_metadata),
})

const hashOf = (user: ImportRow): string | null => {
  if (user.custom_password_hash) return storeImported(user.custom_password_hash)
  if (user.password_hash === undefined) return null
  return storeImported({ algorithm: 'bcrypt', hash: { value: user.password_hash } })
}

interface NewUser {
  userId: string
  user: Insertable<TenantSchema['users']>
  identity: Insertable<TenantSchema['identities']>
  factors: ImportedFactor[]
}

function newUser(context: TenantContext, { user, connection }: { user: ImportRow; connection: string }): NewUser {
  const now = context.now()
  const identityId = user.user_id ?? objectId(now)
  const userId = `auth0|${identityId}`
  const email = user.email?.toLowerCase() ?? null
  const username = user.username?.toLowerCase() ?? null
  const fallback = email ?? username ?? user.phone_number ?? identityId
  return {
    userId,
    user: {
      user_id: userId,
      email,
      username,
      connection,
      created_at: now,
      updated_at: now,
      ...profileOf(user),
      name: user.name ?? fallback,
      nickname: user.nickname ?? email?.split('@')[0] ?? username,
      picture: user.picture ?? defaultPicture(email, fallback).replace('https://s.', 'https://secure.'),
    },
    identity: {
      provider: 'auth0',
      identity_id: identityId,
      user_id: userId,
      connection,
      login_email: email,
      login_username: username,
      password_hash: hashOf(user),
    },
    factors: user.mfa_factors ?? [],
  }
}

async function insert(context: TenantContext, trx: Transaction<TenantSchema>, added: readonly NewUser[]): Promise<void> {
  if (added.length === 0) return
  await trx.insertInto('users').values(added.map(({ user }) => user)).execute()
  await trx.insertInto('identities').values(added.map(({ identity }) => identity)).execute()
  for (const { userId, factors } of added) await enrol(context, trx, { userId, factors })
} // prettier-ignore

/** An upsert replaces metadata whole, and leaves what the row does not name. A password is kept as it is. */
async function overwrite(
  context: TenantContext,
  trx: Transaction<TenantSchema>,
  { userId, user }: { userId: string; user: ImportRow },
): Promise<void> {
  const changes = Object.fromEntries(Object.entries(profileOf(user)).filter(([, value]) => value !== undefined))
  await trx
    .updateTable('users')
    .set({ ...changes, updated_at: context.now() })
    .where('user_id', '=', userId)
    .execute()
  await enrol(context, trx, { userId, factors: user.mfa_factors ?? [] })
}

async function enrol(
  context: TenantContext,
  trx: Transaction<TenantSchema>,
  { userId, factors }: { userId: string; factors: ImportedFactor[] },
): Promise<void> {
  if (factors.length === 0) return
  const now = context.now()
  for (const factor of factors) {
    const id = prefixedId('totp' in factor ? 'totp' : 'phone' in factor ? 'phone' : 'email')
    const settings: JsonObject =
      'phone' in factor
        ? { phone_number: factor.phone.value, preferred_authentication_method: 'sms' }
        : 'email' in factor
          ? { email: factor.email.value }
          : {}
    await trx
      .insertInto('authentication_methods')
      .values({
        id,
        user_id: userId,
        type: 'totp' in factor ? 'totp' : 'phone' in factor ? 'phone' : 'email',
        confirmed: true,
        secret_sealed:
          'totp' in factor ? seal(context.secret, factor.totp.secret, `authentication method ${id}`) : null,
        settings: JSON.stringify(settings),
        enrolled_at: now,
        created_at: now,
      })
      .execute()
  }
  await trx
    .updateTable('users')
    .set({ multifactor: ['guardian'], multifactor_last_modified: now })
    .where('user_id', '=', userId)
    .execute()
}

/** Two rows that want the same thing, or a row that wants what another user has. @throws whatever else it was */
function conflictOf(error: unknown): RowError {
  const isTaken = error instanceof Error && 'code' in error && error.code === '23505' // unique_violation
  if (!isTaken) throw error
  const constraint = 'constraint' in error ? String(error.constraint) : ''
  if (constraint.includes('username')) return { code: 'CONFLICT_USERNAME', message: 'The username is already taken' }
  if (constraint.includes('email')) return { code: 'CONFLICT_EMAIL', message: 'The email is already taken' }
  return { code: 'CONFLICT', message: 'The user_id is already taken' }
}

/** The row is shown to whoever reads the errors: not its password. */
function withoutSecrets(row: unknown): unknown {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return { value: row }
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, /password|mfa_factors/.test(key) ? '*****' : (value as unknown)]),
  )
}
