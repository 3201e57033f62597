import type { Kysely } from '@rollcall/database'
import type { JWK } from 'jose'
import type { JsonObject, TenantSchema } from '../schema.ts'

/** Auth0's client object, less its id, name and secret; under Auth0's names. */
export interface ClientSettings extends JsonObject {
  app_type: string
  token_endpoint_auth_method: 'none' | 'client_secret_post' | 'client_secret_basic' | 'private_key_jwt'
  grant_types: string[]
  callbacks: string[]
  allowed_logout_urls: string[]
  web_origins: string[]
  allowed_origins: string[]
  is_first_party: boolean
  oidc_conformant: boolean
  jwt_configuration: { lifetime_in_seconds: number; alg: string; secret_encoded: boolean }
  refresh_token: RefreshTokenSettings
}

export interface RefreshTokenSettings extends JsonObject {
  rotation_type: 'rotating' | 'non-rotating'
  expiration_type: 'expiring' | 'non-expiring'
  /** seconds in which a used token may come back without being taken for stolen */
  leeway: number
  token_lifetime: number
  infinite_token_lifetime: boolean
  idle_token_lifetime: number
  infinite_idle_token_lifetime: boolean
}

export interface Client {
  clientId: string
  name: string
  secretSealed: Buffer | null
  settings: ClientSettings
}

/** The keys a client proves itself with (`private_key_jwt`). */
export function publicKeysOf({ settings }: Client): JWK[] {
  const { public_keys: keys } = settings
  return Array.isArray(keys) ? (keys as JWK[]) : []
}

const thirtyDays = 30 * 86_400

/** What Auth0 gives a new client that says nothing itself. */
export const defaultClientSettings: ClientSettings = {
  app_type: 'regular_web',
  is_first_party: true,
  oidc_conformant: true,
  sso_disabled: false,
  cross_origin_authentication: false,
  cross_origin_auth: false,
  custom_login_page_on: true,
  is_token_endpoint_ip_header_trusted: false,
  native_social_login: { apple: { enabled: false }, facebook: { enabled: false } },
  token_endpoint_auth_method: 'client_secret_post',
  grant_types: ['authorization_code', 'implicit', 'refresh_token', 'client_credentials'],
  callbacks: [],
  allowed_logout_urls: [],
  web_origins: [],
  allowed_origins: [],
  jwt_configuration: { lifetime_in_seconds: 36_000, alg: 'RS256', secret_encoded: false },
  refresh_token: {
    rotation_type: 'non-rotating',
    expiration_type: 'non-expiring',
    leeway: 0,
    token_lifetime: 2_592_000,
    infinite_token_lifetime: true,
    idle_token_lifetime: thirtyDays,
    infinite_idle_token_lifetime: true,
  },
}

export async function findClient(db: Kysely<TenantSchema>, clientId: string): Promise<Client | undefined> {
  const row = await db
    .selectFrom('clients')
    .select(['client_id', 'name', 'client_secret_sealed', 'settings'])
    .where('client_id', '=', clientId)
    .executeTakeFirst()
  return row && toClient(row)
}

export function toClient(row: {
  client_id: string
  name: string
  client_secret_sealed: Buffer | null
  settings: JsonObject
}): Client {
  return {
    clientId: row.client_id,
    name: row.name,
    secretSealed: row.client_secret_sealed,
    // What is stored was checked when it came in; a member it lacks has Auth0's default.
    settings: { ...defaultClientSettings, ...row.settings } as ClientSettings,
  }
}
