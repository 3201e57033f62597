import { pollDevice } from '../../device-flow/device-codes.store.ts'
import type { TenantContext } from '../../tenant-context.ts'
import { findUser } from '../../users/users.store.ts'
import { OAuthError, invalidGrant, invalidRequest } from '../oauth-error.ts'
import { grantToPerson } from './grant-to-person.ts'
import type { GrantRequest } from './grant-request.ts'

/**
 * Tokens for a device, once somebody has let it in (RFC 8628 §3.4).
 * @throws OAuthError authorization_pending, slow_down, expired_token, access_denied
 */
export async function deviceCode(context: TenantContext, request: GrantRequest): Promise<Record<string, unknown>> {
  const { client, body, ip, userAgent } = request
  if (body.device_code === undefined) throw invalidRequest('Missing required parameter: device_code')
  const about = { client_id: client.clientId, client_name: client.name, ip, user_agent: userAgent }
  const poll = await pollDevice(context.db, { deviceCode: body.device_code, clientId: client.clientId, now: context.now() }) // prettier-ignore
  const fail: (error: string, description: string) => never = (error, description) => {
    context.logs.write({ ...about, type: 'fede', description })
    throw new OAuthError(403, error, description)
  }
  if (poll.verdict === 'pending') throw new OAuthError(403, 'authorization_pending', 'User has yet to authorize device code.') // prettier-ignore
  if (poll.verdict === 'slow_down') throw new OAuthError(429, 'slow_down', 'You are polling faster than the specified interval of 5 seconds.') // prettier-ignore
  if (poll.verdict === 'expired') return fail('expired_token', 'The device_code is expired.')
  if (poll.verdict === 'denied') return fail('access_denied', 'User cancelled the confirmation prompt.')
  if (poll.verdict !== 'approved') throw invalidGrant('Invalid or expired device code.')
  const { row } = poll
  const user = row.user_id === null ? undefined : await findUser(context.db, row.user_id)
  if (!user) throw invalidGrant('Invalid or expired device code.')
  if (user.blocked) return fail('unauthorized', 'user is blocked')
  const session = await context.db.selectFrom('sessions').select(['authenticated_at', 'amr']).where('session_id', '=', row.session_id ?? '').executeTakeFirst() // prettier-ignore
  const answer = await grantToPerson(context, {
    ...request,
    user,
    audience: row.audience ?? undefined,
    scope: row.scope,
    amr: session?.amr ?? [],
    ...(session && { authenticatedAt: session.authenticated_at }),
  })
  context.logs.write({ ...about, type: 'sede', description: 'Successful exchange of Device Code for Access Token', user_id: user.user_id, user_name: user.email ?? undefined }) // prettier-ignore
  return answer
}
