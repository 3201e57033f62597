import type { ManagementOrganization, ManagementRole } from '@rollcall/contracts/management-api'
import { Conflict, NotFound } from '@rollcall/http-kit'
import type { OfUserDeps } from './deps.ts'

/** An organization, and what somebody is there. */
export interface Membership {
  organization: ManagementOrganization
  roles: ManagementRole[]
}

/** The tenant is asked once for each. */
const mostOrganizations = 50

/**
 * What somebody is within their organizations. The Management API tells it one organization at a time; all are asked at once.
 * @throws Conflict `too-many-organizations` rather than ask the tenant hundreds of times
 */
export async function readMemberRoles(
  { tenant }: OfUserDeps,
  userId: string,
  organizations: readonly ManagementOrganization[],
): Promise<Membership[]> {
  if (organizations.length > mostOrganizations) {
    const detail = `They belong to ${organizations.length} organizations; what they are there is read for ${mostOrganizations} at most.`
    throw new Conflict('too-many-organizations', detail)
  }
  return Promise.all(
    organizations.map(async (organization) => ({
      organization,
      roles: await none(tenant.groupAccess.memberRoles({ organizationId: organization.id, userId })),
    })),
  )
}

/** @throws Conflict `too-many-organizations` */
export async function readMemberships(deps: OfUserDeps, userId: string): Promise<Membership[]> {
  return readMemberRoles(deps, userId, await deps.tenant.ofUser.organizations(userId))
}

/** A group that was deleted a moment ago gives nothing any more. */
export async function none<Item>(list: Promise<Item[]>): Promise<Item[]> {
  try {
    return await list
  } catch (error) {
    if (error instanceof NotFound) return []
    throw error
  }
}
