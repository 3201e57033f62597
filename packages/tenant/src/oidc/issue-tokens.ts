import { randomUUID } from 'node:crypto'
import type { Client } from '../clients/clients.store.ts'
import { sha256, unguessable } from '../hashing.ts'
import type { ResourceServer } from '../resource-servers/resource-servers.store.ts'
import type { TenantContext } from '../tenant-context.ts'
import { multiFactor } from '../mfa/policy.ts'
import { pictureUrl } from '../users/picture.ts'
import type { UserRow } from '../users/users.store.ts'

export const oidcScopes = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']

export interface AccessTokenRequest {
  origin: string
  client: Client
  api: Pick<ResourceServer, 'settings'>
  /** As it was asked for: the token echoes it, slash and all. */
  audience: string
  subject: string
  scopes: string[]
  permissions: string[]
  grantType?: 'client-credentials' | 'password' | 'refresh_token' | undefined
  organization?: TokenOrganization | undefined
  dpopThumbprint: string | undefined
}

/** The organization a token is for; it carries the name where the tenant shows it. */
export interface TokenOrganization {
  id: string
  name: string
  isNamed: boolean
}

const organizationClaims = (organization: TokenOrganization | undefined) =>
  organization && { org_id: organization.id, ...(organization.isNamed && { org_name: organization.name }) }

/** What a token endpoint answers of an access token (RFC 6749 §5.1). Lifetimes are in seconds. */
export interface IssuedAccessToken {
  access_token: string
  expires_in: number
  token_type: 'Bearer' | 'DPoP'
}

/** Signs an access token in the dialect its API chose: Auth0's own, or RFC 9068. */
export async function issueAccessToken(
  context: TenantContext,
  request: AccessTokenRequest,
): Promise<IssuedAccessToken> {
  const { origin, client, api, audience, subject, scopes, permissions, grantType, dpopThumbprint, organization } =
    request
  const { token_dialect: dialect, token_lifetime: lifetime } = api.settings
  const isRfc9068 = dialect.startsWith('rfc9068')
  const issuedAt = Math.floor(context.now().getTime() / 1000)
  const token = await context.keys.sign(
    { typ: isRfc9068 ? 'at+jwt' : 'JWT' },
    {
      iss: `${origin}/`,
      sub: subject,
      aud: scopes.includes('openid') ? [audience, `${origin}/userinfo`] : audience,
      iat: issuedAt,
      exp: issuedAt + lifetime,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      ...(isRfc9068 ? { client_id: client.clientId, jti: randomUUID() } : { gty: grantType, azp: client.clientId }),
      ...(dialect.endsWith('_authz') && { permissions }),
      ...(dpopThumbprint !== undefined && { cnf: { jkt: dpopThumbprint } }),
      ...organizationClaims(organization),
    },
  )
  return { access_token: token, expires_in: lifetime, token_type: dpopThumbprint === undefined ? 'Bearer' : 'DPoP' }
}

const opaqueLifetime = 86_400

/** A token without an audience: 32 characters that mean something only to `/userinfo`. */
export async function issueOpaqueToken(
  { db, now }: TenantContext,
  {
    client,
    userId,
    scopes,
    dpopThumbprint,
  }: { client: Client; userId: string; scopes: string[]; dpopThumbprint: string | undefined },
): Promise<IssuedAccessToken> {
  const token = unguessable().slice(0, 32)
  await db
    .insertInto('opaque_access_tokens')
    .values({
      token_hash: sha256(token),
      client_id: client.clientId,
      user_id: userId,
      scope: scopes.join(' '),
      dpop_jkt: dpopThumbprint ?? null,
      expires_at: new Date(now().getTime() + opaqueLifetime * 1000),
    })
    .execute()
  return {
    access_token: token,
    expires_in: opaqueLifetime,
    token_type: dpopThumbprint === undefined ? 'Bearer' : 'DPoP',
  }
}

export interface IdTokenRequest {
  origin: string
  client: Client
  user: UserRow
  scopes: string[]
  sessionId: string | null
  nonce: string | undefined
  authenticatedAt: Date
  /** How they proved who they are; what the token tells of it is whether there was a second factor. */
  amr?: string[] | undefined
  organization?: TokenOrganization | undefined
  /** What travels beside it from /authorize, and is held to it by a hash (OIDC Core §3.3.2.11). */
  beside?: { code?: string | undefined; accessToken?: string | undefined }
}

/** An id token (OIDC Core §2); `updated_at` is an ISO string, as Auth0 has it. */
export function issueIdToken(context: TenantContext, request: IdTokenRequest): Promise<string> {
  const { origin, client, user, scopes, sessionId, nonce, authenticatedAt, amr, organization, beside } = request
  const issuedAt = Math.floor(context.now().getTime() / 1000)
  return context.keys.sign(
    { typ: 'JWT' },
    {
      ...claimsOf(user, { scopes, origin }),
      iss: `${origin}/`,
      aud: client.clientId,
      sub: user.user_id,
      iat: issuedAt,
      exp: issuedAt + client.settings.jwt_configuration.lifetime_in_seconds,
      auth_time: Math.floor(authenticatedAt.getTime() / 1000),
      ...(sessionId !== null && { sid: sessionId }),
      ...(nonce !== undefined && { nonce }),
      ...(amr?.includes('mfa') && { amr: ['mfa'], acr: multiFactor }),
      ...organizationClaims(organization),
      ...(beside?.code !== undefined && { c_hash: halfHash(beside.code) }),
      ...(beside?.accessToken !== undefined && { at_hash: halfHash(beside.accessToken) }),
    },
  )
}

const halfHash = (text: string) => sha256(text).subarray(0, 16).toString('base64url')

/** What the scopes `profile`, `email` and `phone` tell of a user (OIDC Core §5.4); a member they lack is left out. */
export function claimsOf(
  user: UserRow,
  { scopes, origin }: { scopes: string[]; origin: string },
): Record<string, unknown> {
  const claims = {
    ...(scopes.includes('profile') && {
      given_name: user.given_name,
      family_name: user.family_name,
      nickname: user.nickname,
      name: user.name,
      picture: pictureUrl(origin, user.picture),
      updated_at: user.updated_at.toISOString(),
    }),
    ...(scopes.includes('email') && user.email !== null && { email: user.email, email_verified: user.email_verified }),
    ...(scopes.includes('phone') &&
      user.phone_number !== null && {
        phone_number: user.phone_number,
        phone_number_verified: user.phone_verified ?? false,
      }),
  }
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== null))
}
