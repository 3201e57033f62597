import { InvalidInput } from '@rollcall/http-kit'
import { z } from 'zod'
import type { Fact } from './facts.ts'
import type { OrganizationAccess } from '../recycle-bin/access.ts'
import type { UserState } from './user-state.ts'

export const OrganizationId = z
  .string()
  .regex(/^[\w-]{1,64}$/, 'Expected the id of an organization, such as org_a1B2c3D4e5F6g7H8.')
/** Each takes requests of its own. */
export const mostOrganizations = 20

export const organizationFacts = (organizationIds: readonly string[]): Fact[] => [
  'memberships',
  ...organizationIds.map((id) => `organization ${id}` as const),
]

/** @throws InvalidInput with every id that is no organization of the tenant's */
export function knownOrganizations(
  { organizations = [] }: UserState,
  organizationIds: readonly string[],
  pathOf: (place: number) => string,
): OrganizationAccess[] {
  const faults = organizationIds.flatMap((id, place) =>
    organizations.some((organization) => organization.id === id)
      ? []
      : [{ path: pathOf(place), message: `There is no organization ${id}.` }],
  )
  if (faults.length > 0)
    throw new InvalidInput('organization-not-found', faults.map(({ message }) => message).join(' '), faults)
  return organizations.filter(({ id }) => organizationIds.includes(id))
}

export const isMember = ({ memberships = [] }: UserState, organizationId: string): boolean =>
  memberships.some(({ id }) => id === organizationId)
