import { sql } from '@rollcall/database'
import type { Kysely } from '@rollcall/database'
import type { JsonObject, TenantSchema } from '../schema.ts'

export interface Connection {
  id: string
  name: string
  strategy: string
  options: JsonObject
}

const columns = ['id', 'name', 'strategy', 'options'] as const

/**
 * The connections whose people may sign in to an application, oldest first. Somebody else's application has those that were opened to all
 * (Auth0, "domain-level connections"), too.
 */
export function connectionsOf(
  db: Kysely<TenantSchema>,
  { clientId, isFirstParty }: { clientId: string; isFirstParty: boolean },
): Promise<Connection[]> {
  return db
    .selectFrom('connections')
    .select(columns)
    .where((row) =>
      row.or([
        sql<boolean>`${clientId} = ANY (enabled_clients)`,
        ...(isFirstParty ? [] : [sql<boolean>`settings @> '{"is_domain_connection": true}'::jsonb`]),
      ]),
    )
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

export function findConnection(db: Kysely<TenantSchema>, name: string): Promise<Connection | undefined> {
  return db.selectFrom('connections').select(columns).where('name', '=', name).executeTakeFirst()
}

/** Whether people may open an account here themselves. */
export const allowsSignUp = ({ strategy, options }: Connection): boolean =>
  strategy === 'auth0' && options.disable_signup !== true
