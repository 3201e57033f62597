import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

export class SealBroken extends Error {
  override readonly name = 'SealBroken'
}

/**
 * Encrypts what must be read again but not by whoever copies the database: AES-256-GCM, a fresh nonce each time.
 * @param secret 32 bytes
 * @param context what it is and whose; a sealed value cannot be moved to another place
 * @returns nonce (12 bytes), tag (16), ciphertext
 */
export function seal(secret: Buffer, plaintext: string, context: string): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(Buffer.from(context))
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext])
}

/** @throws SealBroken when the secret is another one, or the value was changed or moved */
export function unseal(secret: Buffer, sealed: Buffer, context: string): string {
  try {
    const decipher = createDecipheriv('aes-256-gcm', secret, sealed.subarray(0, 12))
    decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(12, 28))
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8')
  } catch (error) {
    throw new SealBroken(
      `What is stored as ${context} was sealed with another key. Bring back the key file (tenant.key) that belongs to this database.`,
      { cause: error },
    )
  }
}
