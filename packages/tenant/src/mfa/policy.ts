import { listMethods } from '../authentication-methods/authentication-methods.store.ts'
import type { AuthenticationMethod } from '../authentication-methods/authentication-methods.store.ts'
import { readDocument } from '../documents/documents.store.ts'
import type { TenantContext } from '../tenant-context.ts'

/** What an application asks for in `acr_values` when one factor is not enough for it; and what its id token then says. */
export const multiFactor = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'

/** `challenge`: someone has a factor and is to show it; `enrol`: they have none yet, and are to get one. */
export type SecondFactor = { need: 'none' } | { need: 'challenge'; totp: AuthenticationMethod } | { need: 'enrol' }

/**
 * Whether someone is asked for a second factor: when the tenant's policy says so for all applications, or when this request does
 * (Auth0, "Enable Multi-Factor Authentication"). One-time passwords are the factor that works without a provider; where that one is switched
 * off and nobody has enrolled it, nobody is asked.
 */
export async function secondFactorOf(
  context: Pick<TenantContext, 'db'>,
  { userId, acrValues }: { userId: string; acrValues: string | undefined },
): Promise<SecondFactor> {
  const [policies, otp] = await Promise.all([
    readDocument(context.db, { kind: 'guardian/policies', id: '' }),
    readDocument(context.db, { kind: 'guardian-factors', id: 'otp' }),
  ])
  const isForAll = Array.isArray(policies?.items) && policies.items.includes('all-applications')
  const isAsked = acrValues?.split(' ').includes(multiFactor) ?? false
  if (!isForAll && !isAsked) return { need: 'none' }
  const methods = await listMethods(context.db, userId)
  const totp = methods.find(({ type, confirmed }) => type === 'totp' && confirmed)
  if (totp) return { need: 'challenge', totp }
  return otp?.enabled === true ? { need: 'enrol' } : { need: 'none' }
}
