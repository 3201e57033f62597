import { listMethods } from '../../authentication-methods/authentication-methods.store.ts'
import { readMfaToken, spendMfaToken } from '../../mfa/mfa-tokens.store.ts'
import { tryRecoveryCode, tryTotp } from '../../mfa/use-factor.ts'
import type { LogEvent } from '../../logs/log-event.ts'
import type { TenantContext } from '../../tenant-context.ts'
import { recordLogin } from '../../users/users.store.ts'
import type { UserRow } from '../../users/users.store.ts'
import { OAuthError, invalidGrant, invalidRequest } from '../oauth-error.ts'
import { grantToPerson } from './grant-to-person.ts'
import type { GrantRequest } from './grant-request.ts'

const throttled = () => new OAuthError(429, 'too_many_requests', 'Too many wrong codes. Wait a quarter of an hour.')

/**
 * The tokens that a password alone did not give, for a one-time password.
 * @throws OAuthError invalid_grant
 */
export async function mfaOtp(context: TenantContext, request: GrantRequest): Promise<Record<string, unknown>> {
  const { client, body, ip } = request
  const { mfa_token: token, otp } = body
  if (token === undefined) throw invalidRequest('Missing required parameter: mfa_token')
  if (otp === undefined) throw invalidRequest('Missing required parameter: otp')
  const { user, request: asked } = await readMfaToken(context, { token, clientId: client.clientId })
  const methods = (await listMethods(context.db, user.user_id)).filter(({ type }) => type === 'totp')
  // A new one counts once it has shown its first code; it is the newest that was not confirmed.
  const method = methods.find(({ confirmed }) => confirmed) ?? methods.at(-1)
  if (!method) throw new OAuthError(403, 'association_required', 'The user has to associate an authenticator first.')
  const result = await tryTotp(context, { user, ip, clientId: client.clientId, method, code: otp })
  if (result === 'throttled') throw throttled()
  if (result === 'wrong') {
    note(context, request, user, 'feotpft', 'Invalid otp_code.')
    throw invalidGrant('Invalid otp_code.')
  }
  await spendMfaToken(context, token)
  await recordLogin(context.db, { userId: user.user_id, ip, at: context.now() })
  const answer = await grantToPerson(context, { ...request, user, audience: asked.audience, scope: asked.scope, amr: ['pwd', 'otp', 'mfa'], grantType: 'password' }) // prettier-ignore
  note(context, request, user, 'seotpft', 'Successful exchange of Password and OTP Challenge for Access Token')
  return answer
}

/**
 * The same for a recovery code, which is good once: the answer holds the next.
 * @throws OAuthError invalid_grant
 */
export async function mfaRecoveryCode(context: TenantContext, request: GrantRequest): Promise<Record<string, unknown>> {
  const { client, body, ip } = request
  const { mfa_token: token, recovery_code: code } = body
  if (token === undefined) throw invalidRequest('Missing required parameter: mfa_token')
  if (code === undefined) throw invalidRequest('Missing required parameter: recovery_code')
  const { user, request: asked } = await readMfaToken(context, { token, clientId: client.clientId })
  const result = await tryRecoveryCode(context, { user, ip, clientId: client.clientId, code })
  if (result === 'throttled') throw throttled()
  if (result === 'wrong') {
    note(context, request, user, 'fercft', 'MFA Authorization rejected.')
    throw invalidGrant('MFA Authorization rejected.')
  }
  await spendMfaToken(context, token)
  await recordLogin(context.db, { userId: user.user_id, ip, at: context.now() })
  const answer = await grantToPerson(context, { ...request, user, audience: asked.audience, scope: asked.scope, amr: ['pwd', 'mfa'], grantType: 'password' }) // prettier-ignore
  note(context, request, user, 'sercft', 'Successful exchange of Password and MFA Recovery code for Access Token')
  return { ...answer, recovery_code: result.renewed }
}

function note(
  { logs }: TenantContext,
  { client, ip, userAgent }: GrantRequest,
  user: UserRow,
  type: LogEvent['type'],
  description: string,
): void {
  logs.write({
    type,
    description,
    client_id: client.clientId,
    client_name: client.name,
    user_id: user.user_id,
    user_name: user.email ?? undefined,
    ip,
    user_agent: userAgent,
  })
}
