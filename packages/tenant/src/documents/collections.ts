import { randomBytes, randomUUID } from 'node:crypto'
import { prefixedId, randomText } from '../ids.ts'
import type { JsonObject } from '../schema.ts'

/** Settings of which a tenant has many. They are kept and given back; which of them this tenant acts on stands in docs/auth0-compatibility.md. */
export interface Collection {
  path: string
  /** Under which Auth0 names the list. */
  name: string
  /** Of the scopes: `read:<noun>`. */
  noun: string
  newId: () => string
  idKey?: string
  /** What a new one must name. */
  required: string[]
  /** Unique among them. */
  unique?: string
  defaults?: (body: JsonObject) => JsonObject
  /** `array`: always a bare one, without paging. */
  list?: 'paged' | 'array'
  createdStatus?: 200 | 201
  update?: ('patch' | 'put')[]
  /** Auth0's words for one that is not there. */
  missing: { message: string; errorCode?: string }
  /** Whether it is 204 or 404 to delete what is not there. */
  deleteMissing?: 204 | 404
  deletedStatus?: 200 | 204
  hasMoments?: boolean
  /** Holds credentials: kept sealed. */
  isSealed?: boolean
  /** Members that are never shown again. */
  hidden?: string[]
}

/** Auth0's newer ids: a prefix and 22 letters and digits. */
const longId = (prefix: string) => () => `${prefix}_${randomText(22)}`
const shortId = (prefix: string) => () => prefixedId(prefix)

export const collections: Collection[] = [
  {
    path: '/rules', name: 'rules', noun: 'rules', newId: shortId('rul'), required: ['name', 'script'], unique: 'name',
    defaults: () => ({ enabled: true, order: 1, stage: 'login_success' }),
    missing: { message: 'The rule does not exist', errorCode: 'inexistent_rule' },
  },
  {
    path: '/hooks', name: 'hooks', noun: 'hooks', newId: () => randomText(26).toUpperCase(), required: ['name', 'script', 'triggerId'],
    defaults: () => ({ dependencies: {}, enabled: false }), missing: { message: 'The hook does not exist.', errorCode: 'HookDoesNotExist' },
  },
  {
    path: '/log-streams', name: 'log_streams', noun: 'log_streams', newId: () => `lst_${randomBytes(8).readBigUInt64BE().toString().padStart(16, '0').slice(-16)}`,
    required: ['name', 'type', 'sink'], list: 'array', createdStatus: 200, isSealed: true,
    defaults: () => ({ status: 'active', isPriority: false }), missing: { message: 'The log stream does not exist.' }, deleteMissing: 204,
  },
  {
    path: '/custom-domains', name: 'custom_domains', noun: 'custom_domains', idKey: 'custom_domain_id', newId: shortId('cd'), required: ['domain', 'type'],
    unique: 'domain', list: 'array', hasMoments: true, missing: { message: 'The custom domain does not exist', errorCode: 'inexistent_custom_domain' },
    defaults: ({ domain }) => ({
      primary: false, is_default: false, status: 'pending_verification', tls_policy: 'recommended', custom_client_ip_header: null,
      verification: { methods: [{ name: 'CNAME', record: 'localhost', domain: domain ?? '' }] },
    }),
  },
  {
    path: '/token-exchange-profiles', name: 'token_exchange_profiles', noun: 'token_exchange_profiles', newId: shortId('tep'),
    required: ['name', 'subject_token_type', 'action_id', 'type'], hasMoments: true, missing: { message: 'Token exchange profile not found.' },
  },
  {
    path: '/user-attribute-profiles', name: 'user_attribute_profiles', noun: 'user_attribute_profiles', newId: longId('uap'), required: ['name', 'user_attributes'],
    missing: { message: 'User attribute profile not found.' },
    defaults: () => ({ user_id: { oidc_mapping: 'sub', saml_mapping: ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier'], scim_mapping: 'externalId' } }),
  },
  { path: '/connection-profiles', name: 'connection_profiles', noun: 'connection_profiles', newId: longId('cop'), required: ['name'], missing: { message: 'Connection profile not found.' } },
  {
    path: '/network-acls', name: 'network_acls', noun: 'network_acls', newId: randomUUID, required: ['description', 'active', 'priority', 'rule'],
    update: ['patch', 'put'], hasMoments: true, deletedStatus: 200, missing: { message: 'Network ACL not found.' },
  },
  {
    path: '/event-streams', name: 'eventStreams', noun: 'event_streams', newId: longId('est'), required: ['subscriptions', 'destination'], hasMoments: true, isSealed: true,
    defaults: () => ({ status: 'enabled' }), missing: { message: 'The event stream does not exist.' },
  },
  { path: '/flows/vault/connections', name: 'connections', noun: 'flows_vault_connections', newId: longId('ac'), required: ['name', 'app_id'], hasMoments: true, isSealed: true, hidden: ['setup'], defaults: ({ setup }) => ({ ready: setup !== undefined, refreshed_at: null, fingerprint: randomBytes(16).toString('hex') }), missing: { message: 'Connection not found' } },
  { path: '/flows', name: 'flows', noun: 'flows', newId: longId('af'), required: ['name'], hasMoments: true, missing: { message: 'Flow not found' } },
  { path: '/forms', name: 'forms', noun: 'forms', newId: longId('ap'), required: ['name'], hasMoments: true, missing: { message: 'Form not found' } },
  { path: '/self-service-profiles', name: 'self_service_profiles', noun: 'self_service_profiles', newId: longId('ssp'), required: ['name'], hasMoments: true, missing: { message: 'Self-service profile not found.' }, defaults: () => ({ user_attributes: [], allowed_strategies: [] }) },
  { path: '/rate-limit-policies', name: 'rate_limit_policies', noun: 'rate_limit_policies', newId: longId('rlp'), required: ['resource'], hasMoments: true, missing: { message: 'Rate limit policy not found.' } },
  { path: '/branding/phone/providers', name: 'providers', noun: 'phone_providers', newId: longId('pro'), required: ['name', 'credentials'], hasMoments: true, isSealed: true, hidden: ['credentials'], defaults: () => ({ tenant: 'rollcall', channel: 'phone', disabled: false }), missing: { message: 'Notification Resource not found' }, deleteMissing: 404 },
  { path: '/branding/phone/templates', name: 'templates', noun: 'phone_templates', newId: longId('tem'), required: ['type'], hasMoments: true, defaults: () => ({ tenant: 'rollcall', channel: 'phone', disabled: false }), missing: { message: 'Notification Resource not found' }, deleteMissing: 404 },
  { path: '/branding/themes', name: 'themes', noun: 'branding', idKey: 'themeId', newId: () => randomText(32), required: ['borders', 'colors', 'fonts', 'page_background', 'widget'], createdStatus: 200, missing: { message: 'There was an error retrieving branding settings: invalid theme ID', errorCode: 'theme_not_found' }, deleteMissing: 404, defaults: () => ({ displayName: 'Unnamed Theme' }) },
] // prettier-ignore
