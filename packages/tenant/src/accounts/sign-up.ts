import type { Client } from '../clients/clients.store.ts'
import type { Connection } from '../connections/connections.store.ts'
import { allowsSignUp } from '../connections/connections.store.ts'
import { ManagementError } from '../management/management-error.ts'
import type { TenantContext } from '../tenant-context.ts'
import { createUser } from '../users/create-user.ts'
import type { WireUser } from '../users/present-user.ts'
import { identifiersOf } from './identifiers.ts'
import { checkPolicy } from './password-policy.ts'
import type { PasswordVerdict } from './password-policy.ts'

export interface SignUpRequest {
  connection: Connection
  client: Client
  origin: string
  ip: string
  userAgent: string | undefined
  email?: string | undefined
  username?: string | undefined
  phone_number?: string | undefined
  password: string
  given_name?: string | undefined
  family_name?: string | undefined
  name?: string | undefined
  nickname?: string | undefined
  picture?: string | undefined
  user_metadata?: Record<string, unknown> | undefined
}

/** Why an account could not be opened. `exists` is told as Auth0 tells it, which is as little as can be. */
export class SignUpRefused extends Error {
  override readonly name = 'SignUpRefused'
  readonly reason: 'disabled' | 'exists' | 'identifier' | 'weak'
  readonly policy: PasswordVerdict | undefined
  constructor(reason: SignUpRefused['reason'], message: string, policy?: PasswordVerdict) {
    super(message)
    this.reason = reason
    this.policy = policy
  }
}

/**
 * Opens an account for whoever asks, by the rules of its connection.
 * @throws SignUpRefused
 */
export async function signUp(context: TenantContext, request: SignUpRequest): Promise<WireUser> {
  const { connection, client, origin, ip, userAgent, password, ...profile } = request
  const about = {
    client_id: client.clientId,
    client_name: client.name,
    connection: connection.name,
    connection_id: connection.id,
    ip,
    user_agent: userAgent,
    user_name: profile.email ?? profile.username ?? profile.phone_number,
    strategy: connection.strategy,
    strategy_type: 'database',
    hostname: new URL(origin).host,
  }
  try {
    if (!allowsSignUp(connection)) throw new SignUpRefused('disabled', 'Public signup is disabled')
    requireIdentifiers(connection, profile)
    const policy = checkPolicy(connection.options, password, profile)
    if (!policy.verified) throw new SignUpRefused('weak', 'Password is too weak', policy)
    const user = await createUser(
      context,
      { ...withoutUndefined(profile), connection: connection.name, password },
      origin,
    )
    context.logs.write({ ...about, type: 'ss', user_id: String(user.user_id) })
    return user
  } catch (error) {
    const refusal = error instanceof ManagementError && error.status === 409 ? new SignUpRefused('exists', 'The user already exists.') : error // prettier-ignore
    if (refusal instanceof SignUpRefused) context.logs.write({ ...about, type: 'fs', description: refusal.message })
    throw refusal
  }
}

function requireIdentifiers(
  { options }: Connection,
  given: Pick<SignUpRequest, 'email' | 'username' | 'phone_number'>,
) {
  for (const [name, use] of Object.entries(identifiersOf(options))) {
    const value = given[name as keyof typeof given] // the three there are
    if (use === 'required' && value === undefined) throw new SignUpRefused('identifier', `missing ${name}`)
    if (use === 'none' && value !== undefined) throw new SignUpRefused('identifier', `${name} is not used by this connection`) // prettier-ignore
  }
  if (given.username?.includes('@') === true)
    throw new SignUpRefused('identifier', 'A username cannot be an e-mail address.')
}

const withoutUndefined = <Shape extends object>(object: Shape) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
