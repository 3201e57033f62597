import type { Client } from '../../clients/clients.store.ts'
import type { TenantContext } from '../../tenant-context.ts'
import type { UserRow } from '../../users/users.store.ts'
import type { TokenOrganization } from '../issue-tokens.ts'
import { startFamily } from '../refresh-tokens.store.ts'
import { scopesOf } from '../token-request.ts'
import { apiOf, issueForUser } from '../user-grant.ts'

/** A person's tokens as an application gets them without a page of ours in between: no session goes with them. */
export async function grantToPerson(
  context: TenantContext,
  grant: {
    origin: string
    client: Client
    user: UserRow
    audience: string | undefined
    scope: string
    amr: string[]
    organization?: TokenOrganization | undefined
    sessionId?: string | null
    authenticatedAt?: Date
    grantType?: 'password' | undefined
    dpopThumbprint: string | undefined
    ip: string
    userAgent: string | undefined
  },
): Promise<Record<string, unknown>> {
  const { client, user, audience, scope, dpopThumbprint } = grant
  const now = context.now()
  const authenticatedAt = grant.authenticatedAt ?? now
  const sessionId = grant.sessionId ?? null
  const answer = await issueForUser(context, {
    ...grant,
    scopes: scopesOf(scope),
    sessionId,
    nonce: undefined,
    authenticatedAt,
  })
  if (!(await mayHaveOfflineAccess(context, client, { scope, audience }))) return answer
  const { token } = await startFamily(context.db, {
    client,
    userId: user.user_id,
    sessionId,
    audience: audience ?? null,
    organizationId: grant.organization?.id ?? null,
    scope,
    dpopThumbprint: boundTo(client, dpopThumbprint),
    authenticatedAt,
    ip: grant.ip,
    userAgent: grant.userAgent,
    now,
  })
  return { ...answer, refresh_token: token }
}

/** A client with a secret is bound by that; one without is bound by its key (RFC 9449 §5). */
export const boundTo = ({ settings }: Client, dpopThumbprint: string | undefined): string | null =>
  settings.token_endpoint_auth_method === 'none' ? (dpopThumbprint ?? null) : null

/** Whether a refresh token goes with the others: it was asked for, the application may have one, and its API allows it. */
export async function mayHaveOfflineAccess(
  context: TenantContext,
  client: Client,
  { scope, audience }: { scope: string; audience?: string | undefined },
): Promise<boolean> {
  if (!scopesOf(scope).includes('offline_access')) return false
  if (!client.settings.grant_types.includes('refresh_token')) return false
  const api = audience === undefined ? undefined : await apiOf(context, audience)
  return api === undefined || api.settings.allow_offline_access
}
