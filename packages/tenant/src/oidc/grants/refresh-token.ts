import type { TenantContext } from '../../tenant-context.ts'
import { isMember } from '../../organizations/organizations.store.ts'
import { findUser } from '../../users/users.store.ts'
import { OAuthError, invalidGrant, invalidRequest } from '../oauth-error.ts'
import { useRefreshToken } from '../refresh-tokens.store.ts'
import { scopesOf } from '../token-request.ts'
import { forToken, issueForUser } from '../user-grant.ts'
import type { GrantRequest } from './grant-request.ts'

/**
 * Renews a person's tokens (RFC 6749 §6), with rotation where the client has it.
 * @throws OAuthError invalid_grant; the same words for unknown, expired, ended, reused and foreign tokens
 */
export async function refreshToken(
  context: TenantContext,
  { origin, client, body, dpopThumbprint, ip, userAgent }: GrantRequest,
): Promise<Record<string, unknown>> {
  const { refresh_token: token } = body
  if (token === undefined) throw invalidRequest('Missing required parameter: refresh_token')
  const result = await useRefreshToken(context.db, { token, client, dpopThumbprint, now: context.now() })
  const about = { client_id: client.clientId, client_name: client.name, ip, user_agent: userAgent }
  if (result.verdict === 'reused') {
    context.logs.write({ ...about, type: 'ferrt', description: 'Unsuccessful Refresh Token exchange, reused refresh token detected', user_id: result.family.user_id }) // prettier-ignore
  }
  if (result.verdict === 'unknown') context.logs.write({ ...about, type: 'fertft', description: 'Unknown or invalid refresh token.' }) // prettier-ignore
  if (result.verdict !== 'good') throw invalidGrant('Unknown or invalid refresh token.')
  const { family, successor } = result
  const user = await findUser(context.db, family.user_id)
  if (!user) throw invalidGrant('Unknown or invalid refresh token.')
  if (user.blocked) throw new OAuthError(403, 'unauthorized', 'user is blocked')

  const organization = family.organization_id === null ? undefined : await context.db.selectFrom('organizations').selectAll().where('id', '=', family.organization_id).executeTakeFirst() // prettier-ignore
  // Who is no member any more gets no tokens of the organization.
  if (organization && !(await isMember(context.db, { organizationId: organization.id, userId: user.user_id })))
    throw new OAuthError(
      403,
      'access_denied',
      `user ${user.user_id} is not part of the ${organization.id} organization`,
    )
  const granted = scopesOf(family.scope)
  const wanted = scopesOf(body.scope)
  const answer = await issueForUser(context, {
    origin,
    client,
    user,
    audience: family.audience ?? undefined,
    // Asking for less is allowed, for more is not (RFC 6749 §6).
    scopes: wanted.length > 0 ? granted.filter((scope) => wanted.includes(scope)) : granted,
    sessionId: family.session_id,
    nonce: undefined,
    authenticatedAt: family.authenticated_at,
    dpopThumbprint,
    organization: await forToken(context, organization),
    grantType: 'refresh_token',
  })
  context.logs.write({ ...about, type: 'sertft', description: 'Refresh Token for Access Token', user_id: user.user_id, user_name: user.email ?? undefined, audience: family.audience ?? undefined, scope: String(answer.scope) }) // prettier-ignore
  return { ...answer, ...(successor !== undefined && { refresh_token: successor }) }
}
