import type { Harvest } from './harvest.ts'
import type { Route } from './list-routes.ts'
import type { Random } from '@rollcall/test-kit/random'

/** What is there from the start and known to the one who started the tenant. */
export interface Known {
  origin: string
  audience: string
  callback: string
  spaId: string
  m2m: { clientId: string; clientSecret: string }
  staff: { email: string; password: string }
}

type Fields = Record<string, unknown>
type Make = (use: {
  random: Random
  known: Known
  text: () => string
  email: () => string
  one: (noun: string) => string
}) => Fields | unknown[]

const permission: Make = ({ known }) => ({
  permissions: [{ resource_server_identifier: known.audience, permission_name: 'read:users' }],
})

/** Bodies that are good, or would be with a little luck. A route that has none here is sent what its answers and refusals tell of it. */
const goodBodies: [method: string, path: RegExp, make: Make][] = [
  ['POST', /v2\/users$/, ({ email, random, text }) => ({ connection: 'Username-Password-Authentication', email: email(), name: text(), user_metadata: { a: random.below(9), tags: ['x'] }, app_metadata: { plan: 'gold' }, ...(random.chance(0.2) && { password: 'Secret-123' }) })],
  ['PATCH', /v2\/users\/:\w+$/, ({ random, text, email }) => ({ name: text(), ...(random.chance(0.3) && { user_metadata: { a: null, b: { c: [1] } } }), ...(random.chance(0.2) && { email: email() }), ...(random.chance(0.2) && { blocked: random.chance(0.5) }) })],
  ['POST', /users\/:\w+\/roles$/, ({ one }) => ({ roles: [one('roles')] })],
  ['DELETE', /users\/:\w+\/roles$/, ({ one }) => ({ roles: [one('roles')] })],
  ['POST', /\/permissions$/, permission],
  ['DELETE', /\/permissions$/, permission],
  ['POST', /users\/:\w+\/identities$/, ({ one }) => ({ provider: 'auth0', user_id: one('users') })],
  ['POST', /authentication-methods$/, ({ text }) => ({ type: 'email', name: text(), email: 'a@example.com' })],
  ['PUT', /authentication-methods$/, ({ text }) => [{ type: 'phone', name: text(), phone_number: '+15551234567' }]],
  ['POST', /v2\/roles$/, ({ text }) => ({ name: text(), description: text() })],
  ['PATCH', /v2\/roles\/:\w+$/, ({ text }) => ({ name: text(), description: text() })],
  ['POST', /roles\/:\w+\/users$/, ({ one }) => ({ users: [one('users')] })],
  ['POST', /v2\/clients$/, ({ text, known }) => ({ name: text(), app_type: 'regular_web', callbacks: [known.callback], grant_types: ['authorization_code', 'refresh_token'] })],
  ['PATCH', /v2\/clients\/:\w+$/, ({ text }) => ({ name: text(), refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 3 }, jwt_configuration: { alg: 'RS256', lifetime_in_seconds: 60 } })],
  ['POST', /v2\/resource-servers$/, ({ text }) => ({ name: text(), identifier: `https://${text()}.example/`, scopes: [{ value: 'read:it', description: 'Read' }], token_lifetime: 60 })],
  ['PATCH', /v2\/resource-servers\/:\w+$/, ({ text }) => ({ name: text(), scopes: [{ value: 'read:it' }], enforce_policies: true })],
  ['POST', /v2\/client-grants$/, ({ known, one }) => ({ client_id: one('clients'), audience: known.audience, scope: ['read:users'] })],
  ['PATCH', /v2\/client-grants\/:\w+$/, () => ({ scope: ['read:users'] })],
  ['POST', /v2\/connections$/, ({ text, one }) => ({ name: text(), strategy: 'auth0', enabled_clients: [one('clients')], options: { passwordPolicy: 'good' } })],
  ['PATCH', /v2\/connections\/:\w+$/, ({ one }) => ({ enabled_clients: [one('clients')], options: { passwordPolicy: 'fair' } })],
  ['PATCH', /v2\/connections\/:\w+\/clients$/, ({ one }) => [{ client_id: one('clients'), status: true }]],
  ['POST', /v2\/organizations$/, ({ text }) => ({ name: text().toLowerCase(), display_name: text(), metadata: { a: 'b' }, branding: { colors: { primary: '#123456' } } })],
  ['PATCH', /v2\/organizations\/:\w+$/, ({ text }) => ({ display_name: text(), metadata: { a: null } })],
  ['POST', /organizations\/:\w+\/members$/, ({ one }) => ({ members: [one('users')] })],
  ['DELETE', /organizations\/:\w+\/members$/, ({ one }) => ({ members: [one('users')] })],
  ['POST', /members\/:\w+\/roles$/, ({ one }) => ({ roles: [one('roles')] })],
  ['DELETE', /members\/:\w+\/roles$/, ({ one }) => ({ roles: [one('roles')] })],
  ['POST', /organizations\/:\w+\/invitations$/, ({ email, one, known, random }) => ({ inviter: { name: 'A' }, invitee: { email: email() }, client_id: random.chance(0.5) ? known.spaId : one('clients'), send_invitation_email: false, ttl_sec: 60 })],
  ['POST', /organizations\/:\w+\/(enabled_)?connections$/, ({ one }) => ({ connection_id: one('connections'), assign_membership_on_login: true })],
  ['POST', /organizations\/:\w+\/clients$/, ({ one }) => ({ clients: [one('clients')] })],
  ['POST', /organizations\/:\w+\/client-grants$/, ({ one }) => ({ grant_id: one('client-grants') })],
  ['POST', /tickets\/email-verification$/, ({ one }) => ({ user_id: one('users'), ttl_sec: 60, result_url: 'http://localhost:3000/' })],
  ['POST', /tickets\/password-change$/, ({ one }) => ({ user_id: one('users'), result_url: 'http://localhost:3000/' })],
  ['POST', /jobs\/verification-email$/, ({ one }) => ({ user_id: one('users') })],
  ['POST', /jobs\/users-exports$/, () => ({ format: 'json', limit: 5, fields: [{ name: 'email' }] })],
  ['POST', /device-credentials$/, ({ one }) => ({ device_name: 'x', type: 'public_key', value: 'a', device_id: 'b', client_id: one('clients') })],
  ['PATCH', /tenants\/settings$/, ({ text }) => ({ friendly_name: text(), session_lifetime: 168, enabled_locales: ['en'] })],
  ['POST', /oauth\/token$/, tokenRequest],
  ['POST', /oauth\/revoke$/, ({ known, one }) => ({ client_id: known.spaId, token: one('refresh_token') })],
  ['POST', /oauth\/device\/code$/, ({ known }) => ({ client_id: known.m2m.clientId, scope: 'openid', audience: known.audience })],
  ['POST', /oauth\/par$/, ({ known }) => ({ ...authorizeFields(known), client_id: known.m2m.clientId, client_secret: known.m2m.clientSecret })],
  ['POST', /dbconnections\/signup$/, ({ known, email }) => ({ client_id: known.spaId, connection: 'Username-Password-Authentication', email: email(), password: 'Secret-123' })],
  ['POST', /dbconnections\/change_password$/, ({ known }) => ({ client_id: known.spaId, connection: 'Username-Password-Authentication', email: known.staff.email })],
  ['POST', /passwordless\/start$/, ({ known, email }) => ({ client_id: known.spaId, connection: 'email', email: email(), send: 'code' })],
  ['POST', /mfa\/\w+$/, ({ known, one }) => ({ client_id: known.m2m.clientId, client_secret: known.m2m.clientSecret, mfa_token: one('mfa_token'), challenge_type: 'otp', authenticator_types: ['otp'] })],
  ['POST', /^\/u\/login$/, ({ known, one, random }) => ({ state: one('state'), username: known.staff.email, password: random.chance(0.9) ? known.staff.password : 'wrong' })],
  ['POST', /^\/u\/(reset-password|unblock)$/, ({ one }) => ({ ticket: one('ticket'), password: 'Secret-12345', repeated: 'Secret-12345' })],
  ['POST', /^\/u\//, ({ one, email, text, random }) => ({ state: one('state'), email: email(), username: text(), address: random.chance(0.5) ? email() : '+15551234567', password: 'Secret-12345', code: one('otp'), organization: one('organizations'), ...(random.chance(0.2) && { decline: 'yes' }) })],
  ['POST', /^\/activate$/, ({ one, random }) => ({ user_code: one('user_code'), decision: random.pick(['', 'confirm', 'cancel']) })],
  ['POST', /verify_redirect$/, ({ one, known }) => ({ ...authorizeFields(known), email: one('email'), verification_code: one('otp') })],
] // prettier-ignore

function tokenRequest({ known, one, random }: Parameters<Make>[0]): Fields {
  const spa = { client_id: known.spaId, redirect_uri: known.callback }
  const m2m = { client_id: known.m2m.clientId, client_secret: known.m2m.clientSecret }
  return random.pick<Fields>([
    { grant_type: 'client_credentials', ...m2m, audience: known.audience },
    { grant_type: 'authorization_code', ...spa, code: one('code'), code_verifier: 'x'.repeat(43) },
    { grant_type: 'refresh_token', ...spa, refresh_token: one('refresh_token') },
    { grant_type: 'password', ...m2m, username: known.staff.email, password: random.chance(0.5) ? known.staff.password : 'wrong', audience: known.audience },
    { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', ...spa, device_code: one('device_code') },
    { grant_type: 'http://auth0.com/oauth/grant-type/mfa-otp', ...m2m, mfa_token: one('mfa_token'), otp: '123456' },
    { grant_type: 'http://auth0.com/oauth/grant-type/passwordless/otp', ...m2m, username: 'a@example.com', otp: '123456', realm: 'email' },
    { grant_type: 'client_credentials', client_assertion: 'a.b.c', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' },
  ]) // prettier-ignore
}

export const authorizeFields = (known: Known): Record<string, string> => ({
  client_id: known.spaId,
  redirect_uri: known.callback,
  response_type: 'code',
  scope: 'openid profile email offline_access',
  audience: known.audience,
  state: 'the-state',
  nonce: 'the-nonce',
  code_challenge: 'x'.repeat(43),
  code_challenge_method: 'S256',
})

const managementQuery = [
  'page', 'per_page', 'include_totals', 'from', 'take', 'sort', 'q', 'search', 'fields', 'include_fields', 'connection',
  'search_engine', 'primary_order', 'email', 'identifier', 'identifiers', 'client_id', 'audience', 'name', 'name_filter',
  'strategy', 'type', 'user_id', 'app_type', 'is_global', 'allow_any_organization', 'roles', 'from_date', 'to_date', 'force',
] // prettier-ignore
const signInQuery = [
  'client_id', 'redirect_uri', 'response_type', 'response_mode', 'scope', 'audience', 'state', 'nonce', 'code_challenge',
  'code_challenge_method', 'prompt', 'max_age', 'login_hint', 'screen_hint', 'connection', 'organization', 'invitation', 'code',
  'ticket', 'token', 'returnTo', 'federated', 'id_token_hint', 'logout_hint', 'post_logout_redirect_uri', 'user_code', 'request_uri',
  'request', 'display', 'acr_values', 'ui_locales', 'dpop_jkt', 'mfa_token', 'action', 'confirmed', 'expires', 'signature',
] // prettier-ignore
export const queryNames = (path: string): string[] => (path.startsWith('/api/v2') ? managementQuery : signInQuery)

/** A body that this route takes, as well as that is known. */
export function goodBody(random: Random, known: Known, harvest: Harvest, route: Route): unknown {
  const text = () => `n${random.below(1e9).toString(36)}`
  const use = {
    random,
    known,
    text,
    email: () => `${text()}@example.com`,
    one: (noun: string) => harvest.find(random, noun) ?? 'nothing',
  }
  const [, , make] =
    goodBodies.find(([method, path]) => method === route.method && path.test(route.path)) ?? ([] as undefined[])
  if (make) return make(use)
  const example = random.chance(0.5) ? harvest.exampleOf(random, route.path) : undefined
  const named = harvest.fieldsOf(route).map((name) => [name, plausible(use, name)] as const)
  return { ...example, ...Object.fromEntries(named) }
}

function plausible({ random, text, email, one }: Parameters<Make>[0], name: string): unknown {
  const held = one(name)
  if (held !== 'nothing' && random.chance(0.6)) return held
  if (/email/.test(name)) return email()
  if (/url|uri|callback/i.test(name)) return 'http://localhost:3000/'
  if (/^is_|enabled|status|include/.test(name)) return random.chance(0.5)
  if (/count|page|lifetime|limit|ttl|sec|attempts/.test(name)) return random.below(100)
  if (/s$/.test(name)) return [text()]
  return text()
}
