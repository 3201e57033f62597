import { randomInt } from 'node:crypto'
import type { Kysely, Selectable } from '@rollcall/database'
import { transaction } from '@rollcall/database'
import { sha256, unguessable } from '../hashing.ts'
import type { TenantSchema } from '../schema.ts'

export type DeviceRow = Selectable<TenantSchema['device_codes']>

export const deviceCodeSeconds = 900
export const pollSeconds = 5
/** No letter that is read as another, and no vowel that makes a word (RFC 8628 §6.1). */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'

/** As somebody types it: without its dash, in whatever case. */
export const normalUserCode = (typed: string): string => typed.toUpperCase().replace(/[^A-Z]/g, '')
const show = (code: string) => `${code.slice(0, 4)}-${code.slice(4)}`
export const keyOf = (deviceCode: string): string => sha256(deviceCode).toString('base64url')
const fromKey = (key: string) => Buffer.from(key, 'base64url')

export async function createDeviceCode(
  db: Kysely<TenantSchema>,
  { clientId, scope, audience, now }: { clientId: string; scope: string; audience: string | undefined; now: Date },
): Promise<{ deviceCode: string; userCode: string }> {
  const deviceCode = unguessable()
  const userCode = Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('')
  const added = await db
    .insertInto('device_codes')
    .values({
      device_code_hash: sha256(deviceCode),
      user_code_hash: sha256(userCode),
      client_id: clientId,
      scope,
      audience: audience ?? null,
      user_id: null,
      session_id: null,
      polled_at: null,
      expires_at: new Date(now.getTime() + deviceCodeSeconds * 1000),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  // One in 25 thousand million is taken already.
  if (added.numInsertedOrUpdatedRows !== 1n) return createDeviceCode(db, { clientId, scope, audience, now })
  return { deviceCode, userCode: show(userCode) }
}

/** The device that shows this code, as long as it waits. */
export function findByUserCode(
  db: Kysely<TenantSchema>,
  { typed, now }: { typed: string; now: Date },
): Promise<DeviceRow | undefined> {
  return db
    .selectFrom('device_codes')
    .selectAll()
    .where('user_code_hash', '=', sha256(normalUserCode(typed)))
    .where('status', '=', 'pending')
    .where('expires_at', '>', now)
    .executeTakeFirst()
}

/** @returns whether the device still waited */
export async function approveDevice(
  db: Kysely<TenantSchema>,
  { deviceCode, userId, sessionId, now }: { deviceCode: string; userId: string; sessionId: string; now: Date },
): Promise<boolean> {
  const result = await db
    .updateTable('device_codes')
    .set({ status: 'approved', user_id: userId, session_id: sessionId })
    .where('device_code_hash', '=', fromKey(deviceCode))
    .where('status', '=', 'pending')
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function denyDevice(db: Kysely<TenantSchema>, deviceCode: string): Promise<void> {
  await db
    .updateTable('device_codes')
    .set({ status: 'denied' })
    .where('device_code_hash', '=', fromKey(deviceCode))
    .where('status', '=', 'pending')
    .execute()
}

export type Poll =
  { verdict: 'approved'; row: DeviceRow } | { verdict: 'pending' | 'slow_down' | 'denied' | 'expired' | 'unknown' }

/** A device asks whether it was let in. What was decided is told once: of many polls at once, one gets the tokens. */
export function pollDevice(
  db: Kysely<TenantSchema>,
  { deviceCode, clientId, now }: { deviceCode: string; clientId: string; now: Date },
): Promise<Poll> {
  return transaction(db, async (trx): Promise<Poll> => {
    const row = await trx
      .selectFrom('device_codes')
      .selectAll()
      .where('device_code_hash', '=', sha256(deviceCode))
      .where('client_id', '=', clientId)
      .forUpdate()
      .executeTakeFirst()
    if (!row) return { verdict: 'unknown' }
    const end = () => trx.deleteFrom('device_codes').where('device_code_hash', '=', row.device_code_hash).execute()
    if (row.expires_at <= now) {
      await end()
      return { verdict: 'expired' }
    }
    if (row.status === 'pending') {
      const isEarly = row.polled_at !== null && now.getTime() - row.polled_at.getTime() < pollSeconds * 1000
      await trx.updateTable('device_codes').set({ polled_at: now }).where('device_code_hash', '=', row.device_code_hash).execute() // prettier-ignore
      return isEarly ? { verdict: 'slow_down' } : { verdict: 'pending' }
    }
    await end()
    return row.status === 'approved' ? { verdict: 'approved', row } : { verdict: 'denied' }
  })
}
