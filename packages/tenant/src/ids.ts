import { randomBytes } from 'node:crypto'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Letters and digits, each of the 62 as likely as the other. */
export function randomText(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      // 248 is the largest multiple of 62 in a byte: above it, some letters would come up more often
      if (byte < 248 && text.length < length) text += alphabet[byte % 62]
    }
  }
  return text
}

/** An id in Auth0's form: `rol_…`, `con_…`, `cgr_…` with sixteen letters and digits. */
export const prefixedId = (prefix: string) => `${prefix}_${randomText(16)}`
export const clientId = () => randomText(32)
export const clientSecret = () => randomText(64)
/** Twenty-four hex digits, as Auth0's databases and APIs have them; the first eight tell the second it was made. */
export const objectId = (at: Date) =>
  Math.floor(at.getTime() / 1000)
    .toString(16)
    .padStart(8, '0') + randomBytes(8).toString('hex')
