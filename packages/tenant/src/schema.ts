import type { ColumnType, Generated } from '@rollcall/database'

// An interface may name itself where an alias of a Record may not.
export interface JsonObject {
  [key: string]: JsonValue
}
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject

/** JSON's objects, and neither its lists nor its null. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A jsonb column: read as a value, written as its JSON text. */
type Json<Value> = ColumnType<Value, string, string>
type GeneratedJson<Value> = ColumnType<Value, string | undefined, string>

/** The tables of migrations/; what each column means is said there. */
export interface TenantSchema {
  signing_keys: {
    kid: string
    status: 'next' | 'current' | 'previous' | 'revoked'
    private_key_sealed: Buffer
    public_jwk: Json<JsonObject>
    created_at: Generated<Date>
    revoked_at: ColumnType<Date | null, Date | null | undefined, Date | null>
    retired_at: ColumnType<Date | null, Date | null | undefined, Date | null>
  }
  clients: {
    client_id: string
    name: string
    client_secret_sealed: Buffer | null
    settings: GeneratedJson<JsonObject>
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  resource_servers: {
    id: string
    identifier: string
    name: string
    is_system: Generated<boolean>
    scopes: GeneratedJson<{ value: string; description?: string }[]>
    settings: GeneratedJson<JsonObject>
    created_at: Generated<Date>
  }
  client_grants: {
    id: string
    client_id: string
    audience: string
    scope: Generated<string[]>
    settings: GeneratedJson<JsonObject>
    created_at: Generated<Date>
  }
  connections: {
    id: string
    name: string
    strategy: string
    options: GeneratedJson<JsonObject>
    enabled_clients: Generated<string[]>
    settings: GeneratedJson<JsonObject>
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  users: {
    user_id: string
    email: string | null
    email_verified: Generated<boolean>
    username: string | null
    phone_number: string | null
    phone_verified: boolean | null
    name: string | null
    nickname: string | null
    given_name: string | null
    family_name: string | null
    picture: string | null
    blocked: boolean | null
    connection: string
    user_metadata: ColumnType<JsonObject | null, string | null | undefined, string | null>
    app_metadata: ColumnType<JsonObject | null, string | null | undefined, string | null>
    created_at: Generated<Date>
    updated_at: Generated<Date>
    last_login: Date | null
    last_ip: string | null
    logins_count: Generated<number>
    last_password_reset: Date | null
    multifactor: string[] | null
    multifactor_last_modified: Date | null
  }
  identities: {
    provider: string
    identity_id: string
    user_id: string
    position: Generated<number>
    connection: string
    is_social: Generated<boolean>
    login_email: string | null
    login_username: string | null
    password_hash: string | null
    profile_data: ColumnType<JsonObject | null, string | null | undefined, string | null>
  }
  identity_tokens: { provider: string; identity_id: string; tokens: JsonObject }
  user_search: { created_at: Date; user_id: string; txt: string }
  user_json: { user_id: string; body: string }
  user_count: { slot: number; users: number }
  roles: {
    id: string
    name: string
    description: string | null
    owner_id: string | null
    created_at: Generated<Date>
  }
  organization_clients: {
    organization_id: string
    client_id: string
    use_for_member_access: Generated<boolean>
    created_at: Generated<Date>
  }
  role_permissions: { role_id: string; resource_server_identifier: string; permission_name: string }
  user_roles: { user_id: string; role_id: string; assigned_at: Generated<Date> }
  user_permissions: { user_id: string; resource_server_identifier: string; permission_name: string }
  login_transactions: {
    id_hash: Buffer
    request: Json<JsonObject>
    progress: GeneratedJson<JsonObject>
    expires_at: Date
  }
  sessions: {
    session_id: string
    cookie_hash: Buffer
    user_id: string
    client_ids: Generated<string[]>
    ip: string | null
    user_agent: string | null
    authenticated_at: Date
    last_interacted_at: Date
    idle_expires_at: Date
    expires_at: Date
    amr: Generated<string[]>
    last_ip: string | null
    last_user_agent: string | null
    metadata: ColumnType<JsonObject | null, string | null | undefined, string | null>
    created_at: Generated<Date>
  }
  refresh_token_families: {
    id: string
    client_id: string
    user_id: string
    session_id: string | null
    audience: string | null
    organization_id: string | null
    scope: string
    dpop_jkt: string | null
    authenticated_at: Date
    expires_at: Date | null
    revoked_at: Date | null
    initial_ip: string | null
    initial_user_agent: string | null
    last_exchanged_at: Date | null
    metadata: ColumnType<JsonObject | null, string | null | undefined, string | null>
    created_at: Generated<Date>
  }
  refresh_tokens: {
    token_hash: Buffer
    family_id: string
    used_at: Date | null
    idle_expires_at: Date | null
    created_at: Generated<Date>
  }
  authorization_codes: {
    code_hash: Buffer
    client_id: string
    user_id: string
    session_id: string
    request: Json<JsonObject>
    used_at: Date | null
    replayed_at: Date | null
    family_id: string | null
    expires_at: Date
  }
  opaque_access_tokens: {
    token_hash: Buffer
    client_id: string
    user_id: string
    scope: string
    dpop_jkt: string | null
    expires_at: Date
  }
  login_failures: { subject_hash: Buffer; failed_at: Date }
  seen_once: { purpose: string; id_hash: Buffer; expires_at: Date }
  organizations: {
    id: string
    name: string
    display_name: string | null
    settings: GeneratedJson<JsonObject>
    created_at: Generated<Date>
  }
  organization_connections: {
    organization_id: string
    connection_id: string
    assign_membership_on_login: Generated<boolean>
    settings: GeneratedJson<JsonObject>
    created_at: Generated<Date>
  }
  organization_members: { organization_id: string; user_id: string; added_at: Generated<Date> }
  organization_member_roles: { organization_id: string; user_id: string; role_id: string }
  organization_invitations: {
    id: string
    organization_id: string
    ticket_hash: Buffer
    ticket_sealed: Buffer
    settings: Json<JsonObject>
    created_at: Date
    expires_at: Date
  }
  organization_client_grants: { organization_id: string; grant_id: string }
  consents: {
    id: string
    user_id: string
    client_id: string
    audience: Generated<string>
    scope: Generated<string[]>
    created_at: Generated<Date>
  }
  authentication_methods: {
    id: string
    user_id: string
    type: string
    name: string | null
    confirmed: Generated<boolean>
    secret_sealed: Buffer | null
    last_step: number | null
    settings: GeneratedJson<JsonObject>
    last_auth_at: Date | null
    enrolled_at: Date | null
    created_at: Generated<Date>
  }
  tickets: {
    token_hash: Buffer
    kind: 'password_change' | 'email_verification' | 'unblock'
    user_id: string
    request: GeneratedJson<JsonObject>
    expires_at: Date
    created_at: Generated<Date>
  }
  user_blocks: {
    identifier: string
    ip: string
    connection: string | null
    user_id: string | null
    created_at: Generated<Date>
  }
  device_credentials: {
    id: string
    user_id: string
    client_id: string
    settings: Json<JsonObject>
    created_at: Generated<Date>
  }
  logs: { log_id: string; date: Date; type: string; user_id: string | null; body: Json<JsonObject> }
  unlogged_changes: { what: string; id: string; changed_at: Generated<Date> }
  jobs: {
    id: string
    type: 'users_import' | 'users_export' | 'verification_email'
    status: 'pending' | 'processing' | 'completed' | 'failed'
    settings: GeneratedJson<JsonObject>
    input: ColumnType<JsonValue | null, string | null | undefined, string | null>
    summary: ColumnType<JsonObject | null, string | null | undefined, string | null>
    created_at: Generated<Date>
    finished_at: Date | null
  }
  job_errors: { job_id: string; position: number; row: Json<JsonObject>; errors: Json<JsonObject[]> }
  documents: {
    kind: string
    id: string
    body: Json<JsonObject>
    position: Generated<number>
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  mails: {
    id: string
    kind: string
    recipient: string
    subject: string
    body: string
    position: Generated<number>
    created_at: Date
  }
  one_time_codes: { subject_hash: Buffer; code_hash: Buffer; attempts_left: number; expires_at: Date }
  mfa_tokens: { token_hash: Buffer; client_id: string; user_id: string; request: Json<JsonObject>; expires_at: Date }
  device_codes: {
    device_code_hash: Buffer
    user_code_hash: Buffer
    client_id: string
    scope: string
    audience: string | null
    status: Generated<'pending' | 'approved' | 'denied'>
    user_id: string | null
    session_id: string | null
    polled_at: Date | null
    expires_at: Date
  }
  pushed_requests: { request_uri_hash: Buffer; client_id: string; parameters: Json<JsonObject>; expires_at: Date }
}
