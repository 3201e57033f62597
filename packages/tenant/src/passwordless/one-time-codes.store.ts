import { createHmac, randomInt } from 'node:crypto'
import { sha256 } from '../hashing.ts'
import type { TenantContext } from '../tenant-context.ts'

type Store = Pick<TenantContext, 'db' | 'now' | 'secret'>

/** Wrong guesses after which a code is good no more. */
const guesses = 3

const keyed = ({ secret }: Pick<Store, 'secret'>, subject: string, code: string) =>
  createHmac('sha256', secret).update(`one-time code\0${subject}\0${code}`).digest()

/** Makes a code of digits for a subject; it takes the place of one made before. @returns the code, which is kept as a keyed hash */
export async function createCode(
  store: Store,
  { subject, digits, lifetimeMs }: { subject: string; digits: number; lifetimeMs: number },
): Promise<string> {
  const code = randomInt(10 ** digits)
    .toString()
    .padStart(digits, '0')
  const values = {
    code_hash: keyed(store, subject, code),
    attempts_left: guesses,
    expires_at: new Date(store.now().getTime() + lifetimeMs),
  }
  await store.db
    .insertInto('one_time_codes')
    .values({ subject_hash: sha256(subject), ...values })
    .onConflict((conflict) => conflict.column('subject_hash').doUpdateSet(values))
    .execute()
  return code
}

/** Takes a code: of many uses at once one gets it. Each guess costs one of the few there are, before it is looked at. */
export async function useCode(store: Store, { subject, code }: { subject: string; code: string }): Promise<boolean> {
  const guessed = await store.db
    .updateTable('one_time_codes')
    .set((row) => ({ attempts_left: row('attempts_left', '-', 1) }))
    .where('subject_hash', '=', sha256(subject))
    .where('attempts_left', '>', 0)
    .where('expires_at', '>', store.now())
    .executeTakeFirst()
  if (guessed.numUpdatedRows === 0n) return false
  const taken = await store.db
    .deleteFrom('one_time_codes')
    .where('subject_hash', '=', sha256(subject))
    .where('code_hash', '=', keyed(store, subject, code))
    .where('expires_at', '>', store.now())
    .executeTakeFirst()
  return taken.numDeletedRows === 1n
}
