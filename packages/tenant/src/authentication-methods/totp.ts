import { createHmac, randomBytes } from 'node:crypto'
import { isSame } from '../hashing.ts'
import type { TenantContext } from '../tenant-context.ts'
import { keepMultifactor, secretOf } from './authentication-methods.store.ts'
import type { AuthenticationMethod } from './authentication-methods.store.ts'
import { transaction } from '@rollcall/database'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const stepSeconds = 30

/** RFC 4648 §6, without padding. */
export function toBase32(bytes: Buffer): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  return (bits.match(/.{1,5}/g) ?? []).map((group) => alphabet[Number.parseInt(group.padEnd(5, '0'), 2)]).join('')
}

export function fromBase32(text: string): Buffer {
  const bits = [...text.toUpperCase().replace(/=+$/, '')].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('') // prettier-ignore
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

/** A secret of 160 bits, as RFC 4226 §4 asks. */
export const newTotpSecret = (): string => toBase32(randomBytes(20))

/** The code of a time step: six digits (RFC 6238 §4, RFC 4226 §5.3). */
export function totpCode(secret: string, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 0xf
  return ((mac.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).toString().padStart(6, '0')
}

export const stepAt = (at: Date): number => Math.floor(at.getTime() / 1000 / stepSeconds)

/** What an authenticator reads from a QR code (Google's key URI format). */
export const totpUri = ({ secret, issuer, account }: { secret: string; issuer: string; account: string }): string =>
  `otpauth://totp/${encodeURIComponent(issuer)}:${encodeURIComponent(account)}?secret=${secret}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=6&period=${stepSeconds}`

/**
 * Takes a code, of this step or of one beside it: clocks differ. A code is good once (RFC 6238 §5.2); of many uses at once, one statement lets
 * one through. The first good code confirms an enrolment.
 */
export async function useTotpCode(
  context: Pick<TenantContext, 'db' | 'now' | 'secret'>,
  method: AuthenticationMethod,
  code: string,
): Promise<boolean> {
  const secret = secretOf(context, method)
  if (secret === undefined || !/^\d{6}$/.test(code)) return false
  const now = context.now()
  const current = stepAt(now)
  const step = [current, current - 1, current + 1].find((candidate) => isSame(totpCode(secret, candidate), code))
  if (step === undefined) return false
  return transaction(context.db, async (trx) => {
    const taken = await trx
      .updateTable('authentication_methods')
      .set({ last_step: step, last_auth_at: now, confirmed: true, enrolled_at: method.enrolled_at ?? now })
      .where('id', '=', method.id)
      .where((row) => row.or([row('last_step', 'is', null), row('last_step', '<', step)]))
      .executeTakeFirst()
    if (taken.numUpdatedRows === 0n) return false
    await keepMultifactor(trx, { userId: method.user_id, at: now })
    return true
  })
}
