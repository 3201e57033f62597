import { sql } from '@rollcall/database'
import type { Kysely, Transaction } from '@rollcall/database'
import type { JsonObject, TenantSchema } from '../schema.ts'
import { isJsonObject } from '../schema.ts'

/** A setting of the tenant: one document of a kind, or one of many. */
export interface DocumentKey {
  kind: string
  /** '' for settings that exist once. */
  id: string
}

export async function readDocument(
  db: Kysely<TenantSchema>,
  { kind, id }: DocumentKey,
): Promise<JsonObject | undefined> {
  const row = await db
    .selectFrom('documents')
    .select('body')
    .where('kind', '=', kind)
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.body
}

/** For a change that builds on what is there: others of the same document wait until the transaction ends, also when there is none yet. */
export async function lockDocument(trx: Transaction<TenantSchema>, { kind, id }: DocumentKey): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`document ${kind} ${id}`}, 0))`.execute(trx)
}

/** In the order in which they were made. */
export async function listDocuments(
  db: Kysely<TenantSchema>,
  kind: string,
): Promise<{ id: string; body: JsonObject; created_at: Date; updated_at: Date }[]> {
  return db
    .selectFrom('documents')
    .select(['id', 'body', 'created_at', 'updated_at'])
    .where('kind', '=', kind)
    .orderBy('position')
    .execute()
}

export async function writeDocument(
  db: Kysely<TenantSchema>,
  { kind, id, body, now }: DocumentKey & { body: object; now: Date },
): Promise<void> {
  const text = JSON.stringify(body)
  await db
    .insertInto('documents')
    .values({ kind, id, body: text, created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.columns(['kind', 'id']).doUpdateSet({ body: text, updated_at: now }))
    .execute()
}

/** @returns whether there was one */
export async function deleteDocument(db: Kysely<TenantSchema>, { kind, id }: DocumentKey): Promise<boolean> {
  const deleted = await db.deleteFrom('documents').where('kind', '=', kind).where('id', '=', id).executeTakeFirst()
  return deleted.numDeletedRows > 0n
}

/** What is named replaces what was; objects are merged on their first level; null takes away. */
export function merge(before: JsonObject, change: Record<string, unknown>, deep: string[] = []): JsonObject {
  const after: Record<string, unknown> = { ...before }
  for (const [key, value] of Object.entries(change)) {
    const old = before[key]
    const isMerged = deep.includes(key) && isJsonObject(value) && isJsonObject(old)
    after[key] = isMerged ? { ...old, ...value } : value
  }
  return Object.fromEntries(
    Object.entries(after).filter(([, value]) => value !== null && value !== undefined),
  ) as JsonObject // it came in as JSON
}
