import type { Kysely } from '@rollcall/database'
import { defaultResourceServerSettings } from '../resource-servers/resource-servers.store.ts'
import type { ResourceServer } from '../resource-servers/resource-servers.store.ts'
import type { JsonObject, TenantSchema } from '../schema.ts'

/** An API, and what a client may have of it without a person; undefined where it may have nothing. */
export interface GrantedApi {
  settings: ResourceServer['settings']
  grant: { id: string; scope: string[]; settings: JsonObject } | undefined
}

/** One statement: every machine's token request asks this. */
export async function findGrantedApi(
  db: Kysely<TenantSchema>,
  clientId: string,
  identifier: string,
): Promise<GrantedApi | undefined> {
  const row = await db
    .selectFrom('resource_servers')
    .leftJoin('client_grants', (join) =>
      join
        .onRef('client_grants.audience', '=', 'resource_servers.identifier')
        .on('client_grants.client_id', '=', clientId),
    )
    .select([
      'resource_servers.settings',
      'client_grants.id as grant_id',
      'client_grants.scope',
      'client_grants.settings as grant_settings',
    ])
    .where('resource_servers.identifier', '=', identifier)
    .executeTakeFirst()
  return (
    row && {
      settings: { ...defaultResourceServerSettings, ...row.settings },
      grant:
        row.scope && row.grant_id !== null
          ? { id: row.grant_id, scope: row.scope, settings: row.grant_settings ?? {} }
          : undefined,
    }
  )
}
