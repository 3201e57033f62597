import { sql } from '@rollcall/database'
import type { Transaction } from '@rollcall/database'
import { z } from 'zod'
import { objectId, prefixedId } from '../ids.ts'
import type { JsonObject, TenantSchema } from '../schema.ts'
import { textOf } from '../management/validate.ts'
import { seal } from '../sealing.ts'
import { isStorable } from '../storable.ts'
import type { TenantContext } from '../tenant-context.ts'
import { CustomPasswordHash, storeImported } from '../users/imported-hash.ts'
import { appMetadata, defaultPicture, metadata } from '../users/user-input.ts'
import type { JobRow } from './jobs.store.ts'

const mfaFactor = z.union([
  z.strictObject({ totp: z.strictObject({ secret: z.string().regex(/^[A-Z2-7]{16,128}$/) }) }),
  z.strictObject({ phone: z.strictObject({ value: z.string().regex(/^\+[0-9]{1,15}$/) }) }),
  z.strictObject({ email: z.strictObject({ value: z.email() }) }),
])
/** A row of an import (Auth0, "Bulk Import Database Schema"). */
const ImportRow = z.strictObject({
  email: z.email().max(320).optional(),
  email_verified: z.boolean().optional(),
  user_id: z.string().min(1).max(255).regex(/^\S+$/).optional(),
  username: z.string().min(1).max(128).optional(),
  given_name: z.string().max(150).optional(),
  family_name: z.string().max(150).optional(),
  name: z.string().max(300).optional(),
  nickname: z.string().max(300).optional(),
  picture: z.url().max(8192).optional(),
  phone_number: z.string().regex(/^\+[0-9]{1,15}$/).optional(),
  phone_verified: z.boolean().optional(),
  blocked: z.boolean().optional(),
  password_hash: z.string().regex(/^\$2[ab]\$10\$.{53}$/).optional(),
  custom_password_hash: CustomPasswordHash.optional(),
  user_metadata: metadata.optional(),
  app_metadata: appMetadata.optional(),
  mfa_factors: z.array(mfaFactor).min(1).max(10).optional(),
}) // prettier-ignore
type ImportRow = z.infer<typeof ImportRow>

interface RowError {
  code: string
  message: string
  path?: string
}

interface Summary {
  failed: number
  updated: number
  inserted: number
  total: number
}

/**
 * Does an import's rows one by one: one that cannot be done is noted with its reasons, and the others go on.
 * @returns what came of it, and what writes that into the log: to be called once it counts
 */
export async function importUsers(
  context: TenantContext,
  trx: Transaction<TenantSchema>,
  job: JobRow,
): Promise<{ summary: Summary; log: () => void }> {
  const { rows, connection, upsert } = job.input as unknown as { rows: unknown[]; connection: string; upsert: boolean }
  const summary = { failed: 0, updated: 0, inserted: 0, total: rows.length }
  const userIds: string[] = []
  for (const [position, row] of rows.entries()) {
    await sql`SAVEPOINT row`.execute(trx)
    const result = await importRow(context, trx, { row, connection, upsert }).catch(async (error: unknown) => {
      await sql`ROLLBACK TO SAVEPOINT row`.execute(trx)
      return conflictOf(error)
    })
    await sql`RELEASE SAVEPOINT row`.execute(trx)
    if (!Array.isArray(result)) {
      summary[result.done] += 1
      userIds.push(result.userId)
      continue
    }
    summary.failed += 1
    await trx
      .insertInto('job_errors')
      .values({
        job_id: job.id,
        position,
        row: JSON.stringify(withoutSecrets(row)),
        errors: JSON.stringify(result),
      })
      .execute()
  }
  return { summary, log: () => logImport(context, { job, connection, summary, userIds }) }
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

async function importRow(
  context: TenantContext,
  trx: Transaction<TenantSchema>,
  { row, connection, upsert }: { row: unknown; connection: string; upsert: boolean },
): Promise<{ done: 'inserted' | 'updated'; userId: string } | RowError[]> {
  if (!isStorable(JSON.stringify(row)?.replaceAll('\\u0000', '\0') ?? ''))
    return [{ code: 'NOT_PASSED', message: 'The row holds characters that cannot be stored' }]
  const read = ImportRow.safeParse(row, { reportInput: true })
  if (!read.success) return read.error.issues.map(toRowError)
  const user = read.data
  if (user.email === undefined && user.username === undefined && user.phone_number === undefined)
    return [{ code: 'ANY_OF_MISSING', message: 'Data does not match any schemas from "anyOf"' }]
  if (user.password_hash !== undefined && user.custom_password_hash !== undefined)
    return [{ code: 'NOT_PASSED', message: 'password_hash and custom_password_hash cannot be used together' }]
  const email = user.email?.toLowerCase() ?? null
  const existing = await trx
    .selectFrom('identities')
    .select('user_id')
    .where('connection', '=', connection)
    .where('login_email', '=', email ?? '')
    .executeTakeFirst()
  if (existing && !upsert)
    return [{ code: 'DUPLICATED_USER', message: 'The user already exist and upsert parameter is false' }]
  if (existing) {
    await overwrite(context, trx, { userId: existing.user_id, user })
    return { done: 'updated', userId: existing.user_id }
  }
  return { done: 'inserted', userId: await insert(context, trx, { user, email, connection }) }
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

async function insert(
  context: TenantContext,
  trx: Transaction<TenantSchema>,
  { user, email, connection }: { user: ImportRow; email: string | null; connection: string },
): Promise<string> {
  const now = context.now()
  const identityId = user.user_id ?? objectId(now)
  const userId = `auth0|${identityId}`
  const username = user.username?.toLowerCase() ?? null
  const fallback = email ?? username ?? user.phone_number ?? identityId
  await trx
    .insertInto('users')
    .values({
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
    })
    .execute()
  await trx
    .insertInto('identities')
    .values({
      provider: 'auth0',
      identity_id: identityId,
      user_id: userId,
      connection,
      login_email: email,
      login_username: username,
      password_hash: hashOf(user),
    })
    .execute()
  await enrol(context, trx, { userId, factors: user.mfa_factors ?? [] })
  return userId
}

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
  { userId, factors }: { userId: string; factors: z.infer<typeof mfaFactor>[] },
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

/** Two rows that want the same thing, or a row that wants what another user has. */
function conflictOf(error: unknown): RowError[] {
  const isTaken = error instanceof Error && 'code' in error && error.code === '23505' // unique_violation
  if (!isTaken) throw error
  const constraint = 'constraint' in error ? String(error.constraint) : ''
  if (constraint.includes('username')) return [{ code: 'CONFLICT_USERNAME', message: 'The username is already taken' }]
  if (constraint.includes('email')) return [{ code: 'CONFLICT_EMAIL', message: 'The email is already taken' }]
  return [{ code: 'CONFLICT', message: 'The user_id is already taken' }]
}

/** In the words of the validator that Auth0 uses. */
function toRowError(issue: z.core.$ZodIssue): RowError {
  const path = issue.path.map(String).join('.')
  const at = path === '' ? {} : { path }
  switch (issue.code) {
    case 'unrecognized_keys':
      return { code: 'OBJECT_ADDITIONAL_PROPERTIES', message: `Additional properties not allowed: ${issue.keys.join(',')}`, ...at } // prettier-ignore
    case 'invalid_type':
      return issue.input === undefined
        ? { code: 'OBJECT_REQUIRED', message: `Missing required property: ${String(issue.path.at(-1) ?? '')}`, ...at }
        : {
            code: 'INVALID_TYPE',
            message: `Expected type ${issue.expected} but found type ${nameOf(issue.input)}`,
            ...at,
          }
    case 'too_big':
      if (issue.origin === 'array') return { code: 'ARRAY_LENGTH_LONG', message: `Array is too long, maximum ${issue.maximum}`, ...at } // prettier-ignore
      if (issue.origin === 'string') return { code: 'MAX_LENGTH', message: `String is too long (${textOf(issue.input).length} chars), maximum ${issue.maximum}`, ...at } // prettier-ignore
      return {
        code: 'MAXIMUM',
        message: `Value ${textOf(issue.input)} is greater than maximum ${issue.maximum}`,
        ...at,
      }
    case 'too_small':
      if (issue.origin === 'array') return { code: 'ARRAY_LENGTH_SHORT', message: `Array is too short, minimum ${issue.minimum}`, ...at } // prettier-ignore
      if (issue.origin === 'string') return { code: 'MIN_LENGTH', message: `String is too short (${textOf(issue.input).length} chars), minimum ${issue.minimum}`, ...at } // prettier-ignore
      return { code: 'MINIMUM', message: `Value ${textOf(issue.input)} is less than minimum ${issue.minimum}`, ...at }
    case 'invalid_format':
      return issue.format === 'regex'
        ? { code: 'PATTERN', message: `String does not match pattern ${issue.pattern ?? ''}`, ...at }
        : {
            code: 'FORMAT',
            message: `Object didn't pass validation for format ${issue.format}: ${textOf(issue.input)}`,
            ...at,
          }
    case 'invalid_value':
      return { code: 'ENUM_MISMATCH', message: `No enum match for: ${textOf(issue.input)}`, ...at }
    case 'invalid_union':
      return path.startsWith('mfa_factors')
        ? { code: 'MFA_FACTORS_FAILED', message: 'The factor is not one that can be imported', ...at }
        : { code: 'ANY_OF_MISSING', message: 'Data does not match any schemas from "anyOf"', ...at }
    default:
      return { code: 'NOT_PASSED', message: issue.message, ...at }
  }
}

const nameOf = (value: unknown) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)

/** The row is shown to whoever reads the errors: not its password. */
function withoutSecrets(row: unknown): unknown {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return { value: row }
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, /password|mfa_factors/.test(key) ? '*****' : (value as unknown)]),
  )
}
