import { createHash } from 'node:crypto'
import { sql, transaction } from '@rollcall/database'
import { isSame, sha256 } from '../../hashing.ts'
import type { TenantContext } from '../../tenant-context.ts'
import { findUser } from '../../users/users.store.ts'
import { AuthorizationRequest } from '../authorization-request.ts'
import { OAuthError, invalidGrant, invalidRequest } from '../oauth-error.ts'
import { startFamily } from '../refresh-tokens.store.ts'
import { scopesOf } from '../token-request.ts'
import { forToken, issueForUser } from '../user-grant.ts'
import { boundTo, mayHaveOfflineAccess } from './grant-to-person.ts'
import type { GrantRequest } from './grant-request.ts'

/**
 * Exchanges a code (RFC 6749 §4.1.3, PKCE RFC 7636 §4.6). A code is spent by the first attempt, right or wrong; when it comes back, what the
 * first one gave is ended.
 * @throws OAuthError invalid_grant
 */
export async function authorizationCode(
  context: TenantContext,
  { origin, client, body, dpopThumbprint, ip, userAgent }: GrantRequest,
): Promise<Record<string, unknown>> {
  const { db, now } = context
  if (body.code === undefined) throw invalidRequest('Missing required parameter: code')
  const codeHash = sha256(body.code)
  const code = await db
    .updateTable('authorization_codes')
    .set({ used_at: now() })
    .where('code_hash', '=', codeHash)
    .where('client_id', '=', client.clientId)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now())
    .returningAll()
    .executeTakeFirst()
  if (!code) {
    await endWhatItGave(context, codeHash)
    throw invalidGrant('Invalid authorization code')
  }
  const request = AuthorizationRequest.parse(code.request)
  const redirectUri = body.redirect_uri ?? (request.isRedirectUriGiven ? undefined : request.redirectUri)
  if (request.redirectUri !== redirectUri) throw invalidGrant('Invalid authorization code')
  if (!isVerified(request, body.code_verifier)) throw invalidGrant('Failed to verify code verifier')
  if (request.dpopThumbprint !== undefined && request.dpopThumbprint !== dpopThumbprint) {
    throw invalidGrant('The code is bound to another DPoP key')
  }
  const user = await findUser(db, code.user_id)
  const session = await db
    .selectFrom('sessions')
    .select(['authenticated_at', 'amr'])
    .where('session_id', '=', code.session_id)
    .executeTakeFirst()
  if (!user || !session) throw invalidGrant('Invalid authorization code')
  if (user.blocked) throw new OAuthError(403, 'unauthorized', 'user is blocked')

  const scopes = scopesOf(request.scope)
  const grant = {
    origin,
    client,
    user,
    audience: request.audience,
    scopes,
    sessionId: code.session_id,
    nonce: request.nonce,
    authenticatedAt: session.authenticated_at,
    amr: session.amr,
    organization: await organizationOf(context, request),
    dpopThumbprint,
  }
  const answer = await issueForUser(context, grant)
  const note = (scope: unknown) =>
    context.logs.write({
      type: 'seacft',
      description: 'Authorization Code for Access Token',
      client_id: client.clientId,
      client_name: client.name,
      user_id: user.user_id,
      user_name: user.email ?? undefined,
      ip,
      user_agent: userAgent,
      audience: request.audience,
      scope: String(scope),
    })
  note(answer.scope)
  if (!(await mayHaveOfflineAccess(context, client, request))) return answer

  const refreshToken = await transaction(db, async (trx) => {
    const family = await startFamily(trx, {
      client,
      userId: user.user_id,
      sessionId: code.session_id,
      audience: request.audience ?? null,
      scope: request.scope,
      organizationId: grant.organization?.id ?? null,
      dpopThumbprint: boundTo(client, dpopThumbprint),
      authenticatedAt: session.authenticated_at,
      ip,
      userAgent,
      now: now(),
    })
    const claimed = await trx
      .updateTable('authorization_codes')
      .set({ family_id: family.id })
      .where('code_hash', '=', codeHash)
      .where('replayed_at', 'is', null)
      .executeTakeFirst()
    // It came back while we were at work: one of the two is a thief, so neither gets anything.
    if (claimed.numUpdatedRows === 0n) throw invalidGrant('Invalid authorization code')
    return family.token
  })
  return { ...answer, refresh_token: refreshToken }
}

/** @throws OAuthError if it was removed since */
async function organizationOf(context: TenantContext, { organization: id }: AuthorizationRequest) {
  if (id === undefined) return undefined
  const organization = await context.db.selectFrom('organizations').selectAll().where('id', '=', id).executeTakeFirst()
  if (!organization) throw invalidGrant('Invalid authorization code')
  return forToken(context, organization)
}

async function endWhatItGave({ db, now }: TenantContext, codeHash: Buffer): Promise<void> {
  const replayed = await db
    .updateTable('authorization_codes')
    .set({ replayed_at: now() })
    .where('code_hash', '=', codeHash)
    .where('used_at', 'is not', null)
    .returning('family_id')
    .executeTakeFirst()
  if (!replayed?.family_id) return
  await db
    .updateTable('refresh_token_families')
    .set({ revoked_at: sql`coalesce(revoked_at, ${now()})` })
    .where('id', '=', replayed.family_id)
    .execute()
}

function isVerified(
  { codeChallenge, codeChallengeMethod }: AuthorizationRequest,
  verifier: string | undefined,
): boolean {
  // A verifier without a challenge means that somebody took the challenge away on the way (RFC 9700 §2.1.1).
  if (codeChallenge === undefined) return verifier === undefined
  if (verifier === undefined || !/^[A-Za-z0-9\-._~]{43,128}$/.test(verifier)) return false
  const derived = codeChallengeMethod === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier
  return isSame(derived, codeChallenge)
}
