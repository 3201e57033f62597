import { z } from 'zod'
import type { Client } from '../clients/clients.store.ts'
import { sha256, unguessable } from '../hashing.ts'
import { OAuthError } from '../oidc/oauth-error.ts'
import type { TenantContext } from '../tenant-context.ts'
import { findUser } from '../users/users.store.ts'
import type { UserRow } from '../users/users.store.ts'
import { secondFactorOf } from './policy.ts'

/** What is answered once the second factor is shown. */
const Request = z.object({ audience: z.string().optional(), scope: z.string() })
export type MfaRequest = z.infer<typeof Request>

export interface MfaToken {
  clientId: string
  user: UserRow
  request: MfaRequest
}

const lifetimeMs = 10 * 60_000

/**
 * For an application that asks for the second factor itself (Auth0, "Authenticate Using the Resource Owner Password Flow with MFA").
 * @throws OAuthError mfa_required, with the token by which it does so, for whoever is to show or to enrol one
 */
export async function requireSecondFactor(
  context: TenantContext,
  { client, user, request }: { client: Client; user: UserRow; request: MfaRequest },
): Promise<void> {
  const factor = await secondFactorOf(context, { userId: user.user_id, acrValues: undefined })
  if (factor.need === 'none') return
  const token = unguessable()
  await context.db
    .insertInto('mfa_tokens')
    .values({
      token_hash: sha256(token),
      client_id: client.clientId,
      user_id: user.user_id,
      request: JSON.stringify(request),
      expires_at: new Date(context.now().getTime() + lifetimeMs),
    })
    .execute()
  context.logs.write({ type: 'mfar', description: 'Multifactor authentication required', client_id: client.clientId, client_name: client.name, user_id: user.user_id }) // prettier-ignore
  throw new OAuthError(403, 'mfa_required', 'Multifactor authentication required', undefined, { mfa_token: token })
}

/** @throws OAuthError for a token that is unknown, too old, or of another application */
export async function readMfaToken(
  context: TenantContext,
  { token, clientId }: { token: string | undefined; clientId?: string | undefined },
): Promise<MfaToken> {
  const row = await context.db
    .selectFrom('mfa_tokens')
    .selectAll()
    .where('token_hash', '=', sha256(token ?? ''))
    .where('expires_at', '>', context.now())
    .executeTakeFirst()
  const user = row && (await findUser(context.db, row.user_id))
  if (!row || !user || (clientId !== undefined && row.client_id !== clientId))
    throw new OAuthError(403, 'expired_token', 'mfa_token is expired')
  if (user.blocked) throw new OAuthError(403, 'unauthorized', 'user is blocked')
  return { clientId: row.client_id, user, request: Request.parse(row.request) }
}

/** Ends a token: of many uses at once, one is answered. @throws OAuthError */
export async function spendMfaToken({ db }: Pick<TenantContext, 'db'>, token: string): Promise<void> {
  const spent = await db.deleteFrom('mfa_tokens').where('token_hash', '=', sha256(token)).executeTakeFirst()
  if (spent.numDeletedRows !== 1n) throw new OAuthError(403, 'expired_token', 'mfa_token is expired')
}
