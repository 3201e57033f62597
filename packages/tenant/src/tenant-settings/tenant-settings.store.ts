import type { Kysely } from '@rollcall/database'
import { readDocument } from '../documents/documents.store.ts'
import type { JsonObject, TenantSchema } from '../schema.ts'

export const tenantSettings = { kind: 'tenant-settings', id: '' }

/** What a tenant has that nobody ever changed; from Auth0's recorded answers. */
const defaults: JsonObject = {
  friendly_name: 'Rollcall tenant',
  picture_url: '',
  support_email: '',
  support_url: '',
  allowed_logout_urls: [],
  acr_values_supported: [],
  default_audience: '',
  default_directory: '',
  default_redirection_uri: '',
  enabled_locales: ['en'],
  change_password: { enabled: false, html: '' },
  guardian_mfa_page: { enabled: false, html: '' },
  error_page: { html: '', show_log_link: false, url: '' },
  flags: {
    allow_changing_enable_sso: false,
    allow_legacy_delegation_grant_types: false,
    allow_legacy_ro_grant_types: false,
    allow_legacy_tokeninfo_endpoint: false,
    allow_other_legacy_grant_types: false,
    cannot_change_enforce_client_authentication_on_passwordless_start: true,
    change_pwd_flow_v1: false,
    custom_domains_provisioning: false,
    dashboard_log_streams_next: false,
    dashboard_new_onboarding: false,
    disable_clickjack_protection_headers: false,
    disable_fields_map_fix: false,
    disable_impersonation: true,
    disable_management_api_sms_obfuscation: false,
    enable_adfs_waad_email_verification: false,
    enable_apis_section: true,
    enable_client_connections: false,
    enable_custom_domain_in_emails: false,
    enable_dynamic_client_registration: false,
    enable_idtoken_api2: false,
    enable_legacy_logs_search_v2: false,
    enable_legacy_profile: false,
    enable_pipeline2: true,
    enable_public_signup_user_exists_error: true,
    enable_sso: true,
    enforce_client_authentication_on_passwordless_start: false,
    include_email_in_reset_pwd_redirect: false,
    include_email_in_verify_email_redirect: false,
    mfa_show_factor_list_on_enrollment: false,
    new_universal_login_experience_enabled: true,
    no_disclose_enterprise_connections: false,
    remove_alg_from_jwks: false,
    require_signed_request_object: false,
    revoke_refresh_token_grant: false,
    universal_login: true,
    use_scope_descriptions_for_consent: true,
  },
  sandbox_version: '22',
  sandbox_versions_available: ['22', '18'],
  session_lifetime: 168,
  idle_session_lifetime: 72,
  ephemeral_session_lifetime: 72,
  idle_ephemeral_session_lifetime: 24,
  session_cookie: { mode: 'persistent' },
  sessions: { oidc_logout_prompt_enabled: false },
  oidc_logout: { rp_logout_end_session_endpoint_discovery: true },
  universal_login: {
    colors: { page_background: '#f4f5f7', primary: '#3b4cca' },
    identifier_first: false,
    is_custom_theme_set: false,
    is_custom_template_set: false,
    webauthn_platform_first_factor: false,
    passwordless: { allow_magiclink_verify_without_session: false },
  },
  allow_organization_name_in_authentication_api: false,
  customize_mfa_in_postlogin_action: false,
  pushed_authorization_requests_supported: true,
  phone_consolidated_experience: false,
  skip_non_verifiable_callback_uri_confirmation_prompt: true,
  dynamic_client_registration_security_mode: 'permissive',
  resource_parameter_profile: 'audience',
  client_id_metadata_document_supported: false,
}

/** The tenant's settings under Auth0's names; what was never set has Auth0's default. */
export async function readTenantSettings(db: Kysely<TenantSchema>): Promise<JsonObject> {
  const kept = await readDocument(db, tenantSettings)
  const part = (name: string) => ({ ...(defaults[name] as JsonObject), ...(kept?.[name] as JsonObject | undefined) })
  return { ...defaults, ...kept, flags: part('flags'), universal_login: part('universal_login') }
}
