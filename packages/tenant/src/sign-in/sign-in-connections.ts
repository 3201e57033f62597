import { allowsSignUp, connectionsOf } from '../connections/connections.store.ts'
import type { Connection } from '../connections/connections.store.ts'
import { connectionsWithin } from '../organizations/organization-sign-in.ts'
import type { TenantContext } from '../tenant-context.ts'
import type { SignIn } from './transactions.store.ts'

/** By which connections someone may come in, as far as the application, its request and the organization leave the choice. */
export interface Ways {
  databases: Connection[]
  /** Codes by mail or text message. */
  passwordless: Connection[]
  /** The database that takes new accounts, if one does. */
  signUp: Connection | undefined
}

export async function waysOf(
  context: TenantContext,
  { request, client, progress }: Omit<SignIn, 'state'>,
): Promise<Ways> {
  const isFirstParty = client.settings.is_first_party
  let connections = await connectionsOf(context.db, { clientId: client.clientId, isFirstParty })
  if (request.connection !== undefined) connections = connections.filter(({ name }) => name === request.connection)
  const organizationId = request.organization ?? progress.organizationId
  if (organizationId !== undefined) connections = await connectionsWithin(context.db, organizationId, connections)
  const databases = connections.filter(({ strategy }) => strategy === 'auth0')
  return {
    databases,
    passwordless: connections.filter(({ strategy }) => strategy === 'email' || strategy === 'sms'),
    signUp: databases.find(allowsSignUp),
  }
}
