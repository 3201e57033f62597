import type { Kysely } from '@rollcall/database'
import type { JsonObject, TenantSchema } from '../schema.ts'

export interface ResourceServerSettings extends JsonObject {
  token_lifetime: number
  token_lifetime_for_web: number
  token_dialect: 'access_token' | 'access_token_authz' | 'rfc9068_profile' | 'rfc9068_profile_authz'
  enforce_policies: boolean
  allow_offline_access: boolean
  skip_consent_for_verifiable_first_party_clients: boolean
  signing_alg: string
}

/** An API that access tokens are for. */
export interface ResourceServer {
  id: string
  identifier: string
  name: string
  isSystem: boolean
  scopes: { value: string; description?: string }[]
  settings: ResourceServerSettings
}

/** Under what the Management API is stored; on the wire it is `<origin>/api/v2/`, whichever listed origin was used. */
export const managementApi = 'urn:rollcall:management-api'

/** What a signed-in person may ask of the Management API for themself; its other scopes are for machines with a grant. */
export const currentUserScopes = [
  'read:current_user', 'delete:current_user', 'update:current_user_metadata', 'create:current_user_metadata', 'delete:current_user_metadata',
  'update:current_user_identities', 'create:current_user_device_credentials', 'delete:current_user_device_credentials',
] // prettier-ignore

export const defaultResourceServerSettings: ResourceServerSettings = {
  token_lifetime: 86_400,
  token_lifetime_for_web: 7_200,
  token_dialect: 'access_token',
  enforce_policies: false,
  allow_offline_access: false,
  skip_consent_for_verifiable_first_party_clients: false,
  signing_alg: 'RS256',
}

/** Whether an audience means the Management API: under any listed origin, with or without the slash. */
export function isManagementAudience(origins: string[], audience: string): boolean {
  return origins.some((origin) => audience === `${origin}/api/v2/` || audience === `${origin}/api/v2`)
}

/** The identifier an audience is stored under. */
export function toIdentifier(origins: string[], audience: string): string {
  return isManagementAudience(origins, audience) ? managementApi : audience
}

/** The identifier as it stands on the wire. */
export function toAudience(origin: string, identifier: string): string {
  return identifier === managementApi ? `${origin}/api/v2/` : identifier
}

export async function findResourceServer(
  db: Kysely<TenantSchema>,
  identifier: string,
): Promise<ResourceServer | undefined> {
  const row = await db
    .selectFrom('resource_servers')
    .selectAll()
    .where('identifier', '=', identifier)
    .executeTakeFirst()
  return row && toResourceServer(row)
}

export function toResourceServer(row: {
  id: string
  identifier: string
  name: string
  is_system: boolean
  scopes: { value: string; description?: string }[]
  settings: JsonObject
}): ResourceServer {
  return {
    id: row.id,
    identifier: row.identifier,
    name: row.name,
    isSystem: row.is_system,
    scopes: row.scopes,
    settings: { ...defaultResourceServerSettings, ...row.settings },
  }
}
