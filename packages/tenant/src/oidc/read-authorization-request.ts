import { isStorable } from '../storable.ts'
import { findClient } from '../clients/clients.store.ts'
import { connectionsOf } from '../connections/connections.store.ts'
import type { Client } from '../clients/clients.store.ts'
import { findInvitation, findOrganizationBy, organizationUseOf } from '../organizations/organization-sign-in.ts'
import type { TenantContext } from '../tenant-context.ts'
import { AuthorizationRequest } from './authorization-request.ts'
import { apiOf } from './user-grant.ts'

/** The application itself is in doubt: the person is told on a page of ours, and nothing is sent anywhere. */
export class AuthorizationRefused extends Error {
  override readonly name = 'AuthorizationRefused'
}

/** The application is known, its request is not good: it is told at its redirect address. */
export class AuthorizationFailed extends Error {
  override readonly name = 'AuthorizationFailed'
  readonly error: string
  readonly request: AuthorizationRequest
  constructor(request: AuthorizationRequest, error: string, description: string) {
    super(description)
    this.request = request
    this.error = error
  }
}

const responseTypes = ['code', 'id_token', 'code id_token', 'token', 'id_token token', 'token id_token'] as const

/**
 * Checks an /authorize request (RFC 6749 §4.1.1, OIDC Core §3.1.2.1).
 * @param isPushed it came over the application's own channel (RFC 9126)
 * @throws AuthorizationRefused for an unknown client or a redirect address that is not its own; AuthorizationFailed for the rest
 */
export async function readAuthorizationRequest(
  context: TenantContext,
  params: Record<string, unknown>,
  { isPushed = false }: { isPushed?: boolean } = {},
): Promise<{ request: AuthorizationRequest; client: Client }> {
  const text = (name: string): string | undefined => {
    const value = params[name]
    if (value === undefined || value === '') return undefined
    if (typeof value !== 'string') throw new AuthorizationRefused(`The parameter ${name} is there more than once.`)
    if (value.length > 4096 || !isStorable(value)) {
      throw new AuthorizationRefused(`The parameter ${name} is not valid.`)
    }
    return value
  }
  const clientId = text('client_id')
  if (clientId === undefined) throw new AuthorizationRefused('Missing required parameter: client_id')
  const client = await findClient(context.db, clientId)
  if (!client) throw new AuthorizationRefused(`Unknown client: ${clientId}`)
  const givenRedirectUri = text('redirect_uri')
  const isRedirectUriGiven = givenRedirectUri !== undefined
  const redirectUri = givenRedirectUri ?? client.settings.callbacks[0]
  if (redirectUri === undefined || !client.settings.callbacks.includes(redirectUri)) {
    throw new AuthorizationRefused(
      `Callback URL mismatch. ${redirectUri ?? 'The redirect_uri'} is not in the list of allowed callback URLs of ${client.name}.`,
    )
  }

  const responseType = responseTypes.find((type) => type === (text('response_type') ?? 'code'))
  const method = text('code_challenge_method')
  const maxAge = text('max_age')
  const asked = {
    clientId,
    redirectUri,
    isRedirectUriGiven,
    responseType: responseType ?? 'code',
    responseMode:
      text('response_mode') ?? (responseType === undefined || responseType === 'code' ? 'query' : 'fragment'),
    scope: text('scope') ?? 'openid profile email',
    audience: text('audience'),
    state: text('state'),
    nonce: text('nonce'),
    codeChallenge: text('code_challenge'),
    codeChallengeMethod: method ?? (text('code_challenge') === undefined ? undefined : 'plain'),
    prompt: text('prompt'),
    maxAge: maxAge === undefined ? undefined : Number(maxAge),
    loginHint: text('login_hint'),
    screenHint: text('screen_hint'),
    connection: text('connection'),
    invitation: text('invitation'),
    acrValues: text('acr_values'),
    dpopThumbprint: text('dpop_jkt'),
  }
  const checked = AuthorizationRequest.safeParse(asked)
  if (!checked.success) {
    const minimal = {
      clientId,
      redirectUri,
      isRedirectUriGiven,
      responseType: asked.responseType,
      responseMode: 'query',
      scope: 'openid',
      state: asked.state,
    } as const
    const name = String(checked.error.issues[0]?.path[0])
    throw new AuthorizationFailed(
      minimal,
      'invalid_request',
      `The parameter ${name} has a value that is not supported.`,
    )
  }
  const request = checked.data
  const fail = (error: string, description: string): never => {
    throw new AuthorizationFailed(request, error, description)
  }
  if (client.settings.require_pushed_authorization_requests === true && !isPushed)
    fail('invalid_request', 'Pushed authorization requests are required for this client.')
  if (responseType === undefined) fail('unsupported_response_type', 'The response_type is not supported.')
  const needed = [
    ...(request.responseType.includes('code') ? ['authorization_code'] : []),
    ...(request.responseType === 'code' ? [] : ['implicit']),
  ]
  const lacking = needed.find((grant) => !client.settings.grant_types.includes(grant))
  if (lacking !== undefined) fail('unauthorized_client', `Grant type '${lacking}' not allowed for the client.`)
  if (request.responseType.includes('id_token') && request.nonce === undefined)
    fail('invalid_request', 'Missing required parameter: nonce')
  if (request.responseMode === 'query' && request.responseType !== 'code')
    fail('invalid_request', 'response_mode query is for codes only.')
  const isPublic = client.settings.token_endpoint_auth_method === 'none'
  if (isPublic && request.responseType.includes('code') && request.codeChallenge === undefined) {
    fail('invalid_request', "Parameter 'code_challenge' is required for this client (RFC 7636).")
  }
  if (request.connection !== undefined) {
    const isFirstParty = client.settings.is_first_party
    const connections = await connectionsOf(context.db, { clientId, isFirstParty })
    if (!connections.some(({ name }) => name === request.connection))
      fail('invalid_request', 'the connection is not enabled')
  }
  if (request.responseMode === 'web_message' && !client.settings.web_origins.includes(new URL(redirectUri).origin)) {
    throw new AuthorizationRefused(
      `${new URL(redirectUri).origin} is not in the list of allowed web origins of ${client.name}.`,
    )
  }
  if (request.audience !== undefined && !(await apiOf(context, request.audience))) {
    fail('access_denied', `Service not found: ${request.audience}`)
  }
  const organization = await organizationIn(context, client, { named: text('organization'), invitation: request.invitation }) // prettier-ignore
  if ('refusal' in organization) return fail('invalid_request', organization.refusal)
  return { request: { ...request, organization: organization.id }, client }
}

/** Which organization a request is for, as far as the application may say so. */
async function organizationIn(
  { db, now }: TenantContext,
  client: Client,
  { named, invitation }: { named: string | undefined; invitation: string | undefined },
): Promise<{ id: string | undefined } | { refusal: string }> {
  const { usage, prompt } = organizationUseOf(client)
  if (named === undefined) {
    if (invitation !== undefined) return { refusal: 'parameter organization is required with an invitation' }
    if (usage !== 'require' || prompt !== 'no_prompt') return { id: undefined }
    return { refusal: 'parameter organization is required for this client' }
  }
  if (usage === 'deny') return { refusal: 'parameter organization is not allowed for this client' }
  const found = await findOrganizationBy(db, named)
  if (!found) return { refusal: 'parameter organization is invalid' }
  if (
    invitation !== undefined &&
    !(await findInvitation(db, { ticket: invitation, organizationId: found.id, now: now() }))
  )
    return { refusal: 'invitation not found or already used' }
  return { id: found.id }
}
