import { sign, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'

const signOffLoop = promisify(sign)
const mostRemembered = 1000

/**
 * Signs by RSASSA-PKCS1-v1_5 with SHA-256, off the event loop. It is deterministic (RFC 8017 §8.2), and the claims of a token count in seconds:
 * many processes of one application that ask at the same moment, as a fleet does that starts, get the same token to the letter, signed once.
 * The input names the key, as the header of a JWT does.
 */
export function signOnce(): (input: string, key: KeyObject) => Promise<Buffer> {
  let second = 0
  let signatures = new Map<string, Promise<Buffer>>()
  return (input, key) => {
    const now = Math.floor(performance.now() / 1000)
    if (now !== second || signatures.size >= mostRemembered) {
      second = now
      signatures = new Map()
    }
    const known = signatures.get(input)
    if (known) return known
    const signature = signOffLoop('RSA-SHA256', Buffer.from(input), key)
    signatures.set(input, signature)
    return signature
  }
}
