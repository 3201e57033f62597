import { currentUserScopes, findResourceServer, toIdentifier } from '../resource-servers/resource-servers.store.ts'
import type { ResourceServer } from '../resource-servers/resource-servers.store.ts'
import type { Client } from '../clients/clients.store.ts'
import type { TenantContext } from '../tenant-context.ts'
import type { OrganizationRow } from '../organizations/organizations.store.ts'
import { readTenantSettings } from '../tenant-settings/tenant-settings.store.ts'
import { permissionsOf } from '../users/users.store.ts'
import type { UserRow } from '../users/users.store.ts'
import { issueAccessToken, issueIdToken, issueOpaqueToken, oidcScopes } from './issue-tokens.ts'
import type { TokenOrganization } from './issue-tokens.ts'
import { OAuthError } from './oauth-error.ts'

/** What a person's tokens are made of; the same at the first exchange and at each refresh. */
export interface UserGrant {
  origin: string
  client: Client
  user: UserRow
  audience: string | undefined
  scopes: string[]
  sessionId: string | null
  nonce: string | undefined
  authenticatedAt: Date
  dpopThumbprint: string | undefined
  amr?: string[] | undefined
  organization?: TokenOrganization | undefined
  grantType?: 'refresh_token' | 'password' | undefined
}

/** The API an audience names, if the tenant has it. */
export function apiOf(context: TenantContext, audience: string): Promise<ResourceServer | undefined> {
  return findResourceServer(context.db, toIdentifier(context.origins(), audience))
}

/** An organization as tokens name it: by its name, too, where the tenant shows that to applications. */
export async function forToken(
  { db }: Pick<TenantContext, 'db'>,
  organization: OrganizationRow | undefined,
): Promise<TokenOrganization | undefined> {
  if (!organization) return undefined
  const { allow_organization_name_in_authentication_api: isNamed } = await readTenantSettings(db)
  return { id: organization.id, name: organization.name, isNamed: isNamed === true }
}

/** The token answer for a person, less the refresh token. With RBAC a scope is granted as far as they hold the permission. */
export async function issueForUser(context: TenantContext, grant: UserGrant): Promise<Record<string, unknown>> {
  const {
    origin,
    client,
    user,
    audience,
    scopes,
    sessionId,
    nonce,
    authenticatedAt,
    amr,
    organization,
    dpopThumbprint,
  } = grant
  const api = audience === undefined ? undefined : await apiOf(context, audience)
  // Deleted since it was asked for: a token for something else would be a surprise.
  if (audience !== undefined && !api) throw new OAuthError(403, 'access_denied', `Service not found: ${audience}`)
  const standard = scopes.filter((scope) => oidcScopes.includes(scope))
  let granted = standard
  let access
  if (api && audience !== undefined) {
    const { enforce_policies: isEnforced, token_dialect: dialect } = api.settings
    const held =
      isEnforced || dialect.endsWith('_authz')
        ? await permissionsOf(context.db, {
            userId: user.user_id,
            identifier: api.identifier,
            organizationId: organization?.id,
          })
        : []
    const offered = api.isSystem ? currentUserScopes : api.scopes.map(({ value }) => value)
    const ofApi = scopes.filter((scope) => offered.includes(scope) && (!isEnforced || held.includes(scope)))
    granted = [...standard, ...ofApi]
    access = await issueAccessToken(context, {
      origin,
      client,
      api,
      audience,
      subject: user.user_id,
      scopes: granted,
      permissions: held,
      dpopThumbprint,
      grantType: grant.grantType,
      organization,
    })
  } else {
    access = await issueOpaqueToken(context, { client, userId: user.user_id, scopes: granted, dpopThumbprint })
  }
  const idToken = granted.includes('openid')
    ? await issueIdToken(context, {
        origin,
        client,
        user,
        scopes: granted,
        sessionId,
        nonce,
        authenticatedAt,
        amr,
        organization,
      })
    : undefined
  return {
    access_token: access.access_token,
    ...(idToken !== undefined && { id_token: idToken }),
    scope: granted.join(' '),
    expires_in: access.expires_in,
    token_type: access.token_type,
  }
}
