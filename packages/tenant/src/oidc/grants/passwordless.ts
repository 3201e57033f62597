import { connectionsOf } from '../../connections/connections.store.ts'
import { signInByCode } from '../../passwordless/passwordless.ts'
import type { TenantContext } from '../../tenant-context.ts'
import { recordLogin } from '../../users/users.store.ts'
import { OAuthError, invalidGrant, invalidRequest } from '../oauth-error.ts'
import { apiOf } from '../user-grant.ts'
import { grantToPerson } from './grant-to-person.ts'
import type { GrantRequest } from './grant-request.ts'

/**
 * A person's tokens for a code that was sent to them (Auth0, "Passwordless API").
 * @throws OAuthError invalid_grant
 */
export async function passwordlessOtp(context: TenantContext, request: GrantRequest): Promise<Record<string, unknown>> {
  const { client, body, ip, userAgent } = request
  const { username, otp, realm, audience } = body
  if (username === undefined) throw invalidRequest('Missing required parameter: username')
  if (otp === undefined) throw invalidRequest('Missing required parameter: otp')
  if (realm !== 'email' && realm !== 'sms') throw invalidRequest('Parameter realm is not valid')
  if (audience !== undefined && !(await apiOf(context, audience))) throw new OAuthError(403, 'access_denied', `Service not found: ${audience}`) // prettier-ignore
  const connections = await connectionsOf(context.db, { clientId: client.clientId, isFirstParty: client.settings.is_first_party }) // prettier-ignore
  const connection = connections.find(({ strategy }) => strategy === realm)
  if (!connection) throw new OAuthError(403, 'unauthorized', 'connection is disabled')
  const to = realm === 'email' ? username.trim().toLowerCase() : username.trim()
  const result = await signInByCode(context, { connection, client, to }, otp)
  const about = { client_id: client.clientId, client_name: client.name, connection: connection.name, connection_id: connection.id, strategy: realm, strategy_type: 'passwordless', user_name: to, ip, user_agent: userAgent } // prettier-ignore
  if (result.verdict !== 'good') {
    context.logs.write({ ...about, type: 'fepotpft', description: 'Wrong email or verification code.' })
    throw invalidGrant(realm === 'email' ? 'Wrong email or verification code.' : 'Wrong phone number or verification code.') // prettier-ignore
  }
  const { user } = result
  if (user.blocked) throw new OAuthError(403, 'unauthorized', 'user is blocked')
  await recordLogin(context.db, { userId: user.user_id, ip, at: context.now() })
  const answer = await grantToPerson(context, { ...request, user, audience, scope: body.scope ?? 'openid profile email', amr: ['otp'] }) // prettier-ignore
  context.logs.write({ ...about, type: 'sepotpft', description: 'Successful exchange of Passwordless OTP for Access Token', user_id: user.user_id }) // prettier-ignore
  return answer
}
