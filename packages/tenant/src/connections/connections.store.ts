import { sql } from '@rollcall/database'
import type { Kysely } from '@rollcall/database'
import type { TenantSchema } from '../schema.ts'

export interface Connection {
  id: string
  name: string
  strategy: string
}

/** The database connections a client's people may sign in with, oldest first. */
export function databaseConnectionsOf(db: Kysely<TenantSchema>, clientId: string): Promise<Connection[]> {
  return db
    .selectFrom('connections')
    .select(['id', 'name', 'strategy'])
    .where('strategy', '=', 'auth0')
    .where(sql<boolean>`${clientId} = ANY (enabled_clients)`)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

export function findConnection(db: Kysely<TenantSchema>, name: string): Promise<Connection | undefined> {
  return db.selectFrom('connections').select(['id', 'name', 'strategy']).where('name', '=', name).executeTakeFirst()
}
