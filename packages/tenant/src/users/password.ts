import { hash, verify } from '@node-rs/argon2'
import type { Kysely } from '@rollcall/database'
import type { TenantSchema } from '../schema.ts'
import { matchesImported, readImported } from './imported-hash.ts'

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
  const imported = typeof passwordHash === 'string' ? readImported(passwordHash) : undefined
  if (typeof passwordHash === 'string' && !imported) return verify(passwordHash, password)
  nobodysHash ??= hashPassword('nobody has this password')
  await verify(await nobodysHash, password)
  return imported ? matchesImported(imported, password) : false
}

/** After a sign-in with the hash of another system: from now on the password is kept as ours are. */
export async function upgradePassword(
  db: Kysely<TenantSchema>,
  { userId, passwordHash, password }: { userId: string; passwordHash: string | null; password: string },
): Promise<void> {
  if (passwordHash === null || !readImported(passwordHash)) return
  await db
    .updateTable('identities')
    .set({ password_hash: await hashPassword(password) })
    .where('user_id', '=', userId)
    // Unless it was changed meanwhile.
    .where('password_hash', '=', passwordHash)
    .execute()
}
