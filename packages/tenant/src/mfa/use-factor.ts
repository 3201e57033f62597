import { mayAttempt, takeBack } from '../accounts/attempts.store.ts'
import { useRecoveryCode } from '../authentication-methods/authentication-methods.store.ts'
import type { AuthenticationMethod } from '../authentication-methods/authentication-methods.store.ts'
import { useTotpCode } from '../authentication-methods/totp.ts'
import type { TenantContext } from '../tenant-context.ts'
import type { UserRow } from '../users/users.store.ts'

const quarterMs = 15 * 60_000
/** Of a million codes three are good at a time: ten guesses in a quarter of an hour find one in years. */
const limitOf = (user: UserRow) => ({ subject: `factor ${user.user_id}`, most: 10, windowMs: quarterMs })

export type FactorResult = 'good' | 'wrong' | 'throttled'

interface Attempt {
  user: UserRow
  ip: string
  clientId: string
}

/** Takes a one-time password; writes down how it went. A user's guesses are counted together, wherever they come from. */
export async function tryTotp(
  context: TenantContext,
  { user, ip, clientId, method, code }: Attempt & { method: AuthenticationMethod; code: string },
): Promise<FactorResult> {
  const now = context.now()
  const about = { user_id: user.user_id, user_name: user.email ?? undefined, ip, client_id: clientId }
  if (!(await mayAttempt(context.db, { limits: [limitOf(user)], now }))) {
    context.logs.write({ ...about, type: 'gd_otp_rate_limit_exceed', description: 'Too many MFA failures' })
    return 'throttled'
  }
  const isGood = await useTotpCode(context, method, code.replace(/\s/g, ''))
  if (!isGood) {
    context.logs.write({ ...about, type: 'gd_auth_failed', description: 'Multi-factor authentication failed' })
    return 'wrong'
  }
  await takeBack(context.db, { subject: limitOf(user).subject, now })
  const type = method.confirmed ? 'gd_auth_succeed' : 'gd_enrollment_complete'
  context.logs.write({ ...about, type, description: method.confirmed ? 'Multi-factor authentication success' : 'Guardian enrollment complete' }) // prettier-ignore
  return 'good'
}

/** Takes a recovery code. @returns the one that follows it, or why not */
export async function tryRecoveryCode(
  context: TenantContext,
  { user, ip, clientId, code }: Attempt & { code: string },
): Promise<{ renewed: string } | 'wrong' | 'throttled'> {
  const now = context.now()
  const about = { user_id: user.user_id, user_name: user.email ?? undefined, ip, client_id: clientId }
  if (!(await mayAttempt(context.db, { limits: [limitOf(user)], now }))) {
    context.logs.write({
      ...about,
      type: 'gd_recovery_rate_limit_exceed',
      description: 'Too many wrong recovery codes',
    })
    return 'throttled'
  }
  const renewed = await useRecoveryCode(context, { userId: user.user_id, code })
  if (renewed === undefined) {
    context.logs.write({ ...about, type: 'gd_recovery_failed', description: 'Multi-factor recovery code failed' })
    return 'wrong'
  }
  await takeBack(context.db, { subject: limitOf(user).subject, now })
  context.logs.write({ ...about, type: 'gd_recovery_succeed', description: 'Multi-factor recovery code success' })
  return { renewed }
}
