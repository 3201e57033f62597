import { checkPassword } from '../../accounts/check-password.ts'
import { connectionsOf } from '../../connections/connections.store.ts'
import type { Connection } from '../../connections/connections.store.ts'
import { requireSecondFactor } from '../../mfa/mfa-tokens.store.ts'
import type { TenantContext } from '../../tenant-context.ts'
import { readTenantSettings } from '../../tenant-settings/tenant-settings.store.ts'
import { recordLogin } from '../../users/users.store.ts'
import { OAuthError, invalidGrant, invalidRequest } from '../oauth-error.ts'
import { apiOf } from '../user-grant.ts'
import { grantToPerson } from './grant-to-person.ts'
import type { GrantRequest } from './grant-request.ts'

/** Auth0's answer of a password grant without `scope`. */
const defaultScope = 'openid profile email address phone'

/**
 * A person's tokens for their password (RFC 6749 §4.3), against the tenant's default directory, or the database that `realm` names.
 * @throws OAuthError invalid_grant, too_many_attempts, unauthorized, mfa_required
 */
export async function password(context: TenantContext, request: GrantRequest): Promise<Record<string, unknown>> {
  const { origin, client, body, ip, userAgent } = request
  const { username, password: given, audience } = body
  if (username === undefined) throw invalidRequest('Missing required parameter: username')
  if (given === undefined) throw invalidRequest('Missing required parameter: password')
  const wanted = audience ?? (String((await readTenantSettings(context.db)).default_audience ?? '') || undefined)
  if (wanted !== undefined && !(await apiOf(context, wanted)))
    throw invalidRequest('invalid audience specified for password grant exchange')
  const connections = await directoryOf(context, request)
  const result = await checkPassword(context, { login: username, password: given, connections, client, ip, userAgent, origin, failure: 'fepft' }) // prettier-ignore
  if (result.verdict === 'wrong') throw invalidGrant('Wrong email or password.')
  if (result.verdict === 'blocked') throw new OAuthError(403, 'unauthorized', 'user is blocked')
  if (result.verdict !== 'good') {
    throw new OAuthError(
      429,
      'too_many_attempts',
      'Your account has been blocked after multiple consecutive login attempts. We’ve sent you a notification via your preferred contact method with instructions on how to unblock it.',
    )
  }
  const { user } = result
  const scope = body.scope ?? defaultScope
  await requireSecondFactor(context, { client, user, request: { audience: wanted, scope } })
  await recordLogin(context.db, { userId: user.user_id, ip, at: context.now() })
  const answer = await grantToPerson(context, { ...request, user, audience: wanted, scope, amr: ['pwd'], grantType: 'password' }) // prettier-ignore
  context.logs.write({
    type: 'sepft',
    description: 'Password for Access Token',
    client_id: client.clientId,
    client_name: client.name,
    connection: result.connection.name,
    connection_id: result.connection.id,
    strategy: 'auth0',
    strategy_type: 'database',
    user_id: user.user_id,
    user_name: username,
    ip,
    user_agent: userAgent,
    audience: wanted,
    scope,
  })
  return answer
}

/** @throws OAuthError when there is no one database to look in */
async function directoryOf({ db }: TenantContext, { client, body }: GrantRequest): Promise<Connection[]> {
  const connections = await connectionsOf(db, {
    clientId: client.clientId,
    isFirstParty: client.settings.is_first_party,
  })
  const databases = connections.filter(({ strategy }) => strategy === 'auth0')
  const name = body.realm ?? (String((await readTenantSettings(db)).default_directory ?? '') || undefined)
  if (name === undefined) {
    if (databases.length === 1) return databases
    throw new OAuthError(403, 'server_error', 'Authorization server not configured with default connection.')
  }
  const named = databases.filter((one) => one.name === name)
  if (named.length === 0) throw new OAuthError(403, 'unauthorized', 'connection is disabled')
  return named
}
