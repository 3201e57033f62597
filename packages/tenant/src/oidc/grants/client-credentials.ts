import { findGrantedApi } from '../../client-grants/client-grants.store.ts'
import { toIdentifier } from '../../resource-servers/resource-servers.store.ts'
import type { TenantContext } from '../../tenant-context.ts'
import { issueAccessToken } from '../issue-tokens.ts'
import { OAuthError } from '../oauth-error.ts'
import { scopesOf } from '../token-request.ts'
import type { GrantRequest } from './grant-request.ts'

/** A token for a program (RFC 6749 §4.4): the scopes of its client grant, or those of them it asks for. */
export async function clientCredentials(
  context: TenantContext,
  { origin, client, body, dpopThumbprint }: GrantRequest,
): Promise<Record<string, unknown>> {
  const { audience } = body
  if (audience === undefined || audience === '') {
    throw denied('No audience parameter was provided, and no default audience has been configured')
  }
  const api = await findGrantedApi(context.db, client.clientId, toIdentifier(context.origins(), audience))
  if (!api) throw denied(`Service not enabled within domain: ${audience}`)
  const { grant } = api
  if (!grant) {
    throw denied(
      `Client is not authorized to access "${audience}". You need to create a "client-grant" associated to this API. See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants`,
    )
  }
  const wanted = scopesOf(body.scope)
  const missing = wanted.filter((scope) => !grant.scope.includes(scope))
  if (missing.length > 0) throw denied(`Client has not been granted scopes: ${missing.join(', ')}`)
  const scopes = wanted.length > 0 ? wanted : grant.scope
  const { access_token, expires_in, token_type } = await issueAccessToken(context, {
    origin,
    client,
    api,
    audience,
    subject: `${client.clientId}@clients`,
    scopes,
    permissions: scopes,
    grantType: 'client-credentials',
    dpopThumbprint,
  })
  return { access_token, ...(scopes.length > 0 && { scope: scopes.join(' ') }), expires_in, token_type }
}

const denied = (description: string) => new OAuthError(403, 'access_denied', description)
