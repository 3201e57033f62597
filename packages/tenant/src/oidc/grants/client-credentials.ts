import { toIdentifier } from '../../resource-servers/resource-servers.store.ts'
import type { Client } from '../../clients/clients.store.ts'
import { findOrganizationBy } from '../../organizations/organization-sign-in.ts'
import type { JsonObject } from '../../schema.ts'
import type { TenantContext } from '../../tenant-context.ts'
import { issueAccessToken } from '../issue-tokens.ts'
import type { TokenOrganization } from '../issue-tokens.ts'
import { OAuthError } from '../oauth-error.ts'
import { scopesOf } from '../token-request.ts'
import type { GrantRequest } from './grant-request.ts'

/** A token for a program (RFC 6749 §4.4): the scopes of its client grant, or those of them it asks for. */
export async function clientCredentials(
  context: TenantContext,
  { origin, client, body, dpopThumbprint, ip, userAgent }: GrantRequest,
): Promise<Record<string, unknown>> {
  const { audience } = body
  if (audience === undefined || audience === '') {
    throw denied('No audience parameter was provided, and no default audience has been configured')
  }
  const api = await context.recent.grantedApi(client.clientId, toIdentifier(context.origins(), audience))
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
    organization: await organizationFor(context, client, { grant, named: body.organization }),
    dpopThumbprint,
  })
  context.logs.write({
    type: 'seccft',
    description: 'Client Credentials for Access Token',
    client_id: client.clientId,
    client_name: client.name,
    ip,
    user_agent: userAgent,
    audience,
    scope: scopes.join(' '),
  })
  return { access_token, ...(scopes.length > 0 && { scope: scopes.join(' ') }), expires_in, token_type }
}

/**
 * The organization a machine acts for (Auth0, "Machine-to-Machine Access for Organizations").
 * @throws OAuthError when its grant does not go with that
 */
async function organizationFor(
  { db }: TenantContext,
  client: Client,
  { grant, named }: { grant: { id: string; settings: JsonObject }; named: string | undefined },
): Promise<TokenOrganization | undefined> {
  const { organization_usage: usage, allow_any_organization: isAny } = grant.settings
  if (named === undefined) {
    if (usage === 'require') throw new OAuthError(400, 'invalid_request', 'parameter organization is required for this client grant') // prettier-ignore
    return undefined
  }
  if (usage !== 'allow' && usage !== 'require') throw new OAuthError(400, 'invalid_request', 'parameter organization is not allowed for this client grant') // prettier-ignore
  const organization = await findOrganizationBy(db, named)
  if (!organization) throw new OAuthError(400, 'invalid_request', 'parameter organization is invalid')
  const linked =
    isAny === true ||
    (await db
      .selectFrom('organization_client_grants')
      .select('grant_id')
      .where('grant_id', '=', grant.id)
      .where('organization_id', '=', organization.id)
      .executeTakeFirst())
  if (!linked) throw denied(`Client ${client.clientId} is not part of the ${organization.id} organization`)
  return { id: organization.id, name: organization.name, isNamed: false }
}

const denied = (description: string) => new OAuthError(403, 'access_denied', description)
