import type { Kysely } from '@rollcall/database'
import { sha256 } from '../hashing.ts'
import type { TenantSchema } from '../schema.ts'

/**
 * Takes note of an identifier that may be used once.
 * @returns false when it has been seen before; under races too, since one statement decides
 */
export async function isFirstSeen(
  db: Kysely<TenantSchema>,
  { purpose, id, until }: { purpose: string; id: string; until: Date },
): Promise<boolean> {
  const inserted = await db
    .insertInto('seen_once')
    .values({ purpose, id_hash: sha256(id), expires_at: until })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return inserted.numInsertedOrUpdatedRows === 1n
}
