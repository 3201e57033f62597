import { randomBytes } from 'node:crypto'
import { sql, transaction } from '@rollcall/database'
import type { Kysely, Selectable, Transaction } from '@rollcall/database'
import { isSame } from '../hashing.ts'
import { prefixedId } from '../ids.ts'
import type { JsonObject, TenantSchema } from '../schema.ts'
import { seal, unseal } from '../sealing.ts'
import type { TenantContext } from '../tenant-context.ts'

export type AuthenticationMethod = Selectable<TenantSchema['authentication_methods']>
type Store = Pick<TenantContext, 'db' | 'now' | 'secret'>

const placeOf = (id: string) => `authentication method ${id}`

export function listMethods(db: Kysely<TenantSchema>, userId: string): Promise<AuthenticationMethod[]> {
  return db
    .selectFrom('authentication_methods')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** The factors someone can be asked for: those they finished enrolling. */
export async function confirmedMethods(db: Kysely<TenantSchema>, userId: string): Promise<AuthenticationMethod[]> {
  return (await listMethods(db, userId)).filter(({ confirmed }) => confirmed)
}

export interface NewMethod {
  userId: string
  type: string
  name?: string | undefined
  confirmed: boolean
  /** A TOTP secret in base32, or a recovery code: kept sealed. */
  secret?: string | undefined
  settings?: JsonObject
}

export function addMethod({ db, now, secret }: Store, method: NewMethod): Promise<AuthenticationMethod> {
  const id = prefixedId(method.type)
  const at = now()
  return transaction(db, async (trx) => {
    const row = await trx
      .insertInto('authentication_methods')
      .values({
        id,
        user_id: method.userId,
        type: method.type,
        name: method.name ?? null,
        confirmed: method.confirmed,
        secret_sealed: method.secret === undefined ? null : seal(secret, method.secret, placeOf(id)),
        settings: JSON.stringify(method.settings ?? {}),
        enrolled_at: method.confirmed ? at : null,
        created_at: at,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await keepMultifactor(trx, { userId: method.userId, at })
    return row
  })
}

export function secretOf({ secret }: Pick<Store, 'secret'>, method: AuthenticationMethod): string | undefined {
  return method.secret_sealed ? unseal(secret, method.secret_sealed, placeOf(method.id)) : undefined
}

/** @returns how many there were */
export function removeMethods(
  { db, now }: Pick<Store, 'db' | 'now'>,
  { userId, id }: { userId: string; id?: string | undefined },
): Promise<number> {
  return transaction(db, async (trx) => {
    const deleted = await trx
      .deleteFrom('authentication_methods')
      .where('user_id', '=', userId)
      .$if(id !== undefined, (some) => some.where('id', '=', id ?? ''))
      .executeTakeFirst()
    await keepMultifactor(trx, { userId, at: now() })
    return Number(deleted.numDeletedRows)
  })
}

/** What the user's own entry says of their factors. */
export async function keepMultifactor(
  trx: Transaction<TenantSchema>,
  { userId, at }: { userId: string; at: Date },
): Promise<void> {
  await sql`
    UPDATE users SET multifactor = has.factors, multifactor_last_modified = ${at}
    FROM (
      SELECT CASE WHEN count(*) FILTER (WHERE confirmed AND type <> 'recovery-code') > 0 THEN ARRAY['guardian'] END AS factors
      FROM authentication_methods WHERE user_id = ${userId}
    ) AS has
    WHERE user_id = ${userId} AND multifactor IS DISTINCT FROM has.factors`.execute(trx)
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** Twenty-four letters and digits, as Auth0's are. */
function newRecoveryCode(): string {
  let code = ''
  while (code.length < 24) {
    for (const byte of randomBytes(48)) if (byte < 252 && code.length < 24) code += letters[byte % 36]
  }
  return code
}

/** Gives a user a recovery code in place of any they have. @returns the code, to be shown once */
export function renewRecoveryCode({ db, now, secret }: Store, userId: string): Promise<string> {
  return transaction(db, async (trx) => {
    await trx
      .deleteFrom('authentication_methods')
      .where('user_id', '=', userId)
      .where('type', '=', 'recovery-code')
      .execute()
    const code = newRecoveryCode()
    await addMethod({ db: trx, now, secret }, { userId, type: 'recovery-code', confirmed: true, secret: code })
    return code
  })
}

/** Takes a recovery code: it is good once, and another takes its place. @returns the new one, or undefined for a wrong code */
export function useRecoveryCode(
  { db, now, secret }: Store,
  { userId, code }: { userId: string; code: string },
): Promise<string | undefined> {
  return transaction(db, async (trx) => {
    const row = await trx
      .selectFrom('authentication_methods')
      .selectAll()
      .where('user_id', '=', userId)
      .where('type', '=', 'recovery-code')
      .forUpdate()
      .executeTakeFirst()
    const kept = row && secretOf({ secret }, row)
    if (kept === undefined || !isSame(kept, code.replace(/[\s-]/g, '').toUpperCase())) return undefined
    return renewRecoveryCode({ db: trx, now, secret }, userId)
  })
}
