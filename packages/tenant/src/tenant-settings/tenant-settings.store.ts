import type { Kysely } from '@rollcall/database'
import { readDocument } from '../documents/documents.store.ts'
import type { JsonObject, TenantSchema } from '../schema.ts'

export const tenantSettings = { kind: 'tenant-settings', id: '' }

const defaults: JsonObject = {
  friendly_name: 'Rollcall tenant',
  enabled_locales: ['en'],
  flags: {
    allow_changing_enable_sso: false,
    cannot_change_enforce_client_authentication_on_passwordless_start: true,
    disable_impersonation: true,
    enable_sso: true,
    enforce_client_authentication_on_passwordless_start: true,
    new_universal_login_experience_enabled: true,
    universal_login: true,
    revoke_refresh_token_grant: false,
    disable_clickjack_protection_headers: false,
  },
  sandbox_version: '22',
  sandbox_versions_available: ['22', '18'],
  oidc_logout: { rp_logout_end_session_endpoint_discovery: true },
  universal_login: { is_custom_theme_set: false },
  phone_consolidated_experience: false,
  resource_parameter_profile: 'audience',
  client_id_metadata_document_supported: false,
}

/** The tenant's settings under Auth0's names; what was never set has Auth0's default. */
export async function readTenantSettings(db: Kysely<TenantSchema>): Promise<JsonObject> {
  return { ...defaults, ...(await readDocument(db, tenantSettings)) }
}
