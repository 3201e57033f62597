import { migrate, openDatabase, type Database, type Kysely } from '@rollcall/database'
import { guardAudit } from './guard-audit.ts'
import type { RollcallSchema } from './schema.ts'

export type Store = Database<RollcallSchema>
/** What a use case reads and writes by, inside a transaction or not. */
export type StoreQueries = Kysely<RollcallSchema>

const migrations = new URL('../../migrations/', import.meta.url)

/**
 * Rollcall's own tables, brought up to date.
 * @param url `postgresql://user:password@host:port/database`, any PostgreSQL from version 15 on
 * @throws DatabaseUnusable, in a sentence for whoever started the program
 */
export async function openStore(url: string): Promise<Store> {
  const store = openDatabase<RollcallSchema>({ url, schema: 'rollcall' })
  try {
    await migrate(store.db as unknown as Kysely<never>, { schema: store.schema, folder: migrations })
    const role = await guardAudit(store.db)
    if (role === undefined) return store
    await store.close()
    return openDatabase<RollcallSchema>({ url, schema: 'rollcall', role })
  } catch (error) {
    await store.close()
    throw error
  }
}
