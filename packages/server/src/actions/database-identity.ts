import type { ManagementIdentity, ManagementUser } from '@rollcall/contracts/management-api'

/** The identity that has a password, if one has. */
export function databaseIdentity({ identities }: Pick<ManagementUser, 'identities'>): ManagementIdentity | undefined {
  return identities.find(({ provider }) => provider === 'auth0')
}
