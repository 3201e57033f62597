import type { Kysely } from '@rollcall/database'
import type { TenantSchema } from '../schema.ts'

/** What a client may have of an API without a person. */
export interface ClientGrant {
  id: string
  scope: string[]
}

export function findClientGrant(
  db: Kysely<TenantSchema>,
  clientId: string,
  identifier: string,
): Promise<ClientGrant | undefined> {
  return db
    .selectFrom('client_grants')
    .select(['id', 'scope'])
    .where('client_id', '=', clientId)
    .where('audience', '=', identifier)
    .executeTakeFirst()
}
