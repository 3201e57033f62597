import { X509Certificate } from 'node:crypto'
import { badRequest } from '../management/management-error.ts'
import type { JsonObject, JsonValue } from '../schema.ts'
import { isJsonObject } from '../schema.ts'

/** What Auth0 adds to the options of a new connection; from its recorded answers. */
const atCreation: Record<string, JsonObject> = {
  auth0: {
    mfa: { active: true, return_enroll_settings: true },
    passwordPolicy: 'good',
    strategy_version: 2,
  },
  ad: { ips: null, brute_force_protection: true },
  okta: { type: 'back_channel' },
  oidc: { type: 'front_channel' },
  sms: { brute_force_protection: true },
  waad: {
    identity_api: 'microsoft-identity-platform-v2.0',
    useCommonEndpoint: false,
    should_trust_email_verified_connection: 'never_set_emails_as_verified',
    use_wsfed: false,
    waad_protocol: 'openid-connect',
    userid_attribute: 'oid',
  },
  adfs: { should_trust_email_verified_connection: 'always_set_emails_as_verified' },
}

/** What it adds at every write. */
const always: Record<string, JsonObject> = {
  auth0: { brute_force_protection: true },
  'google-apps': {
    map_user_id_to_id: false,
    email: true,
    profile: true,
    scope: ['email', 'profile'],
    handle_login_from_social: true,
  },
  'google-oauth2': { email: true, profile: true, scope: ['email', 'profile'] },
  okta: {
    attribute_map: { mapping_mode: 'basic_profile' },
    connection_settings: { pkce: 'auto' },
    schema_version: 'oidc-V4',
  },
  oidc: {
    attribute_map: { mapping_mode: 'bind_all' },
    connection_settings: { pkce: 'auto' },
    schema_version: 'oidc-V4',
  },
  facebook: { scope: 'email,public_profile' },
  github: { scope: [] },
  linkedin: { profile: true, scope: ['r_liteprofile'] },
  windowslive: { signin: true, scope: ['wl.signin'] },
  line: { profile: true, scope: ['openid', 'profile'] },
  salesforce: { scope: [] },
  wordpress: { profile: true },
  waad: { waad_common_endpoint: false, thumbprints: [] },
  adfs: { thumbprints: [] },
}

/**
 * The options of a connection as they are kept: what was sent, and what Auth0 fills in for its strategy.
 * @throws ManagementError 400 for options that contradict each other
 */
export function completeOptions(
  strategy: string,
  given: JsonObject,
  { isNew, tenant }: { isNew: boolean; tenant: string },
): JsonObject {
  const options: JsonObject = { ...(isNew && atCreation[strategy]), ...always[strategy], ...given }
  if (strategy === 'auth0') {
    if (isJsonObject(options.attributes) && options.requires_username === true)
      throw badRequest('Cannot set both options.attributes and options.requires_username')
    return { ...options, ...databaseOptions(options) }
  }
  if (strategy === 'oidc' || strategy === 'okta') return { ...options, ...discovered(strategy, options) }
  if (strategy === 'samlp' || strategy === 'pingfederate') {
    const endpoint = strategy === 'pingfederate' ? options.pingFederateBaseUrl : undefined
    return { ...options, ...certificate(options), ...(endpoint !== undefined && { signInEndpoint: endpoint }) }
  }
  if (strategy === 'waad') return { app_domain: tenant, ...options }
  if (strategy === 'adfs') {
    const server = options.adfs_server
    return typeof server === 'string' ? { signInEndpoint: server, ...options } : options
  }
  return options
}

function databaseOptions(options: JsonObject): JsonObject {
  const methods = isJsonObject(options.authentication_methods) ? options.authentication_methods : {}
  const method = (name: string, fallback: JsonObject) => ({
    ...fallback,
    ...(isJsonObject(methods[name]) && methods[name]),
  })
  return {
    authentication_methods: {
      password: method('password', { enabled: true, api_behavior: 'required', signup_behavior: 'allow' }),
      passkey: method('passkey', { enabled: false }),
      email_otp: method('email_otp', { enabled: false }),
      phone_otp: method('phone_otp', { enabled: false }),
    },
    passkey_options: {
      challenge_ui: 'both',
      progressive_enrollment_enabled: true,
      local_enrollment_enabled: true,
      ...(isJsonObject(options.passkey_options) && options.passkey_options),
    },
    ...(isJsonObject(options.password_options) && { password_options: passwordOptions(options.password_options) }),
    ...(isJsonObject(options.attributes) && { attributes: attributes(options.attributes) }),
  }
}

function passwordOptions(given: JsonObject): JsonObject {
  const part = (name: string, fallback: JsonObject) => ({ ...fallback, ...(isJsonObject(given[name]) && given[name]) })
  return {
    ...given,
    complexity: part('complexity', {
      min_length: 15,
      character_types: [],
      character_type_rule: 'all',
      identical_characters: 'allow',
      sequential_characters: 'allow',
      max_length_exceeded: 'error',
    }),
    dictionary: part('dictionary', { active: false, default: 'en_10k', custom: [] }),
    history: part('history', { active: false, size: 5 }),
    profile_data: part('profile_data', { active: false, blocked_fields: [] }),
  }
}

/** @throws ManagementError 400 */
function attributes(given: JsonObject): JsonObject {
  const filled: JsonObject = {}
  for (const [name, attribute] of Object.entries(given)) {
    if (!isJsonObject(attribute)) {
      filled[name] = attribute
      continue
    }
    const signup = isJsonObject(attribute.signup) ? attribute.signup : {}
    if (attribute.profile_required === true && signup.status === 'inactive')
      throw badRequest(`attribute ${name} must also be required on signup`)
    filled[name] = name === 'email' ? { unique: true, verification_method: 'link', ...attribute } : attribute
  }
  const isActive = (attribute: JsonValue) =>
    isJsonObject(attribute) && isJsonObject(attribute.identifier) && attribute.identifier.active === true
  if (Object.keys(given).length > 0 && !Object.values(given).some(isActive))
    throw badRequest('attributes must contain one active identifier')
  return filled
}

/**
 * A provider's metadata. Auth0 fetches it from the provider; this tenant works without a network, and writes down what the provider's own
 * addresses say.
 */
function discovered(strategy: string, options: JsonObject): JsonObject {
  const source = strategy === 'okta' && typeof options.domain === 'string' ? `https://${options.domain}` : undefined
  const issuer =
    source ??
    (typeof options.discovery_url === 'string' ? options.discovery_url.replace(/\/\.well-known\/.*$/, '') : undefined)
  if (issuer === undefined) return {}
  const base = strategy === 'okta' ? `${issuer}/oauth2/v1` : issuer
  const endpoints = {
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    userinfo_endpoint: `${base}/userinfo`,
    jwks_uri: `${base}/keys`,
  }
  const missing = Object.fromEntries(Object.entries(endpoints).filter(([name]) => options[name] === undefined || options[name] === null)) // prettier-ignore
  return {
    ...missing,
    issuer: options.issuer ?? issuer,
    oidc_metadata: options.oidc_metadata ?? {
      issuer,
      ...endpoints,
      registration_endpoint: `${base}/clients`,
      introspection_endpoint: `${base}/introspect`,
      revocation_endpoint: `${base}/revoke`,
      end_session_endpoint: `${base}/logout`,
      device_authorization_endpoint: `${base}/device/authorize`,
      response_types_supported: ['code', 'id_token', 'code id_token'],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      grant_types_supported: ['authorization_code', 'implicit', 'refresh_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'email', 'profile'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      code_challenge_methods_supported: ['S256'],
      claims_supported: ['iss', 'sub', 'aud', 'iat', 'exp', 'name', 'email', 'email_verified'],
      claims_parameter_supported: false,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      require_request_uri_registration: false,
      ...(strategy === 'okta' && oktaMetadata(base)),
    },
  }
}

/** What every Okta organization's metadata says beyond that. */
const oktaMetadata = (base: string): JsonObject => ({
  pushed_authorization_request_endpoint: `${base}/par`,
  backchannel_authentication_endpoint: `${base}/bc/authorize`,
  backchannel_token_delivery_modes_supported: ['poll'],
  backchannel_authentication_request_signing_alg_values_supported: ['RS256', 'ES256', 'HS256'],
  request_object_signing_alg_values_supported: ['RS256', 'ES256', 'HS256'],
  dpop_signing_alg_values_supported: ['RS256', 'ES256'],
  id_token_encryption_alg_values_supported: ['RSA-OAEP-256'],
  id_token_encryption_enc_values_supported: ['A256GCM'],
})

/** What the identity provider's signing certificate says. @throws ManagementError 400 */
function certificate(options: JsonObject): JsonObject {
  const text = options.signingCert ?? options.cert
  if (typeof text !== 'string' || text === '') return {}
  const pem = text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64').toString('utf8')
  try {
    const parsed = new X509Certificate(pem)
    const names: Record<string, string> = { CN: 'commonName', O: 'organizationName', OU: 'organizationalUnitName', C: 'countryName', ST: 'stateOrProvinceName', L: 'localityName' } // prettier-ignore
    const subject = parsed.subject.split('\n').flatMap((part) => {
      const [name = '', ...value] = part.split('=')
      return value.length > 0 ? [[names[name] ?? name, value.join('=')] as const] : []
    })
    return {
      cert: text,
      expires: new Date(parsed.validTo).toISOString(),
      subject: Object.fromEntries(subject),
      thumbprints: [parsed.fingerprint.replaceAll(':', '').toLowerCase()],
    }
  } catch (error) {
    throw Object.assign(badRequest('The certificate cannot be read: it is to be X.509 in PEM form.'), { cause: error })
  }
}
