import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { Conflict } from '@rollcall/http-kit'

/** What a recycle bin is sealed with. */
export interface SealingKey {
  /** Tells keys apart and gives nothing away of them. */
  id: string
  /** 32 bytes. */
  secret: Buffer
}

/** @param secret 32 bytes, the same at every server and every start */
export function sealingKey(secret: Buffer): SealingKey {
  if (secret.length !== 32) throw new RangeError(`A key of the recycle bin has 32 bytes, not ${secret.length}.`)
  const id = createHash('sha256').update('rollcall recycle bin').update(secret).digest('hex').slice(0, 12)
  return { id, secret }
}

/**
 * AES-256-GCM, a fresh nonce each time.
 * @param context whose it is; what was sealed for one cannot be passed off as another's
 * @returns nonce (12 bytes), tag (16), ciphertext
 */
export function seal({ secret }: SealingKey, plaintext: string, context: string): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(Buffer.from(context))
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext])
}

/** @throws Conflict `recycle-bin-key` when it takes another key; `recycle-bin-damaged` when it was changed or moved */
export function unseal(
  key: SealingKey | undefined,
  { sealed, keyId, context }: { sealed: Buffer; keyId: string; context: string },
): string {
  if (key?.id !== keyId) throw new Conflict('recycle-bin-key', otherKey(key, keyId))
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.secret, sealed.subarray(0, 12))
    decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(12, 28))
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8')
  } catch (error) {
    throw new Conflict('recycle-bin-damaged', 'What was kept of them was changed since, so it is not used.', undefined, { cause: error }) // prettier-ignore
  }
}

/** What is said where it takes another key than there is. */
export function otherKey(key: SealingKey | undefined, keyId: string): string {
  const have = key ? `Rollcall has the key ${key.id}` : 'Rollcall has no key'
  const mend = 'Bring back the file recycle-bin.key that was in the data folder then, or what RECYCLE_BIN_KEY was.'
  return `What was kept of them is sealed with the key ${keyId}, and ${have}. ${mend}`
}
