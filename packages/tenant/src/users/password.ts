import { hash, verify } from '@node-rs/argon2'

// argon2id (the library's default), at OWASP's first choice: 19 MiB, two passes, one lane.
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** @returns a PHC string */
export const hashPassword = (password: string): Promise<string> => hash(password, options)

let nobodysHash: Promise<string> | undefined

/**
 * Whether this is the password. Takes as long for someone who has none, or who does not exist: how long a refusal took tells
 * nobody who has an account.
 */
export async function isPassword(passwordHash: string | null | undefined, password: string): Promise<boolean> {
  if (typeof passwordHash === 'string') return verify(passwordHash, password)
  nobodysHash ??= hashPassword('nobody has this password')
  await verify(await nobodysHash, password)
  return false
}
