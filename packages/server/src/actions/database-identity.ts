import type { ManagementIdentity, ManagementUser } from '@rollcall/contracts/management-api'

type Identified = Pick<ManagementUser, 'identities'>

/** The identity that has a password, if one has. */
export function databaseIdentity({ identities }: Identified): ManagementIdentity | undefined {
  return identities.find(({ provider }) => provider === 'auth0')
}

/** The same, where it is the primary one: of another the Management API does not set the password by the user’s id alone. */
export function ownDatabaseIdentity({ identities: [primary] }: Identified): ManagementIdentity | undefined {
  return primary?.provider === 'auth0' ? primary : undefined
}
