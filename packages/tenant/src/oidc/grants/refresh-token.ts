import type { TenantContext } from '../../tenant-context.ts'
import { findUser } from '../../users/users.store.ts'
import { OAuthError, invalidGrant, invalidRequest } from '../oauth-error.ts'
import { useRefreshToken } from '../refresh-tokens.store.ts'
import { scopesOf } from '../token-request.ts'
import { issueForUser } from '../user-grant.ts'
import type { GrantRequest } from './grant-request.ts'

/**
 * Renews a person's tokens (RFC 6749 §6), with rotation where the client has it.
 * @throws OAuthError invalid_grant; the same words for unknown, expired, ended, reused and foreign tokens
 */
export async function refreshToken(
  context: TenantContext,
  { origin, client, body, dpopThumbprint }: GrantRequest,
): Promise<Record<string, unknown>> {
  const { refresh_token: token } = body
  if (token === undefined) throw invalidRequest('Missing required parameter: refresh_token')
  const result = await useRefreshToken(context.db, { token, client, dpopThumbprint, now: context.now() })
  if (result.verdict === 'reused') {
    context.logger.warn(
      { clientId: client.clientId, userId: result.family.user_id },
      'refresh token reused, family ended',
    )
  }
  if (result.verdict !== 'good') throw invalidGrant('Unknown or invalid refresh token.')
  const { family, successor } = result
  const user = await findUser(context.db, family.user_id)
  if (!user) throw invalidGrant('Unknown or invalid refresh token.')
  if (user.blocked) throw new OAuthError(403, 'unauthorized', 'user is blocked')

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
    grantType: 'refresh_token',
  })
  return { ...answer, ...(successor !== undefined && { refresh_token: successor }) }
}
