import type { UserOrganizations } from '@rollcall/contracts/admin-api'
import { attemptPart } from './attempt-part.ts'
import type { OfUserDeps } from './deps.ts'
import { presentOrganization, presentRole } from './present-access.ts'
import { readMemberRoles } from './read-memberships.ts'

/** @throws NotFound `user-not-found` */
export async function listOrganizations(deps: OfUserDeps, userId: string): Promise<UserOrganizations> {
  const organizations = await deps.tenant.ofUser.organizations(userId)
  const memberships = await attemptPart(readMemberRoles(deps, userId, organizations))
  return {
    organizations: organizations.map((organization, place) => ({
      ...presentOrganization(organization),
      roles: memberships.value?.[place]?.roles.map(presentRole) ?? null,
    })),
    rolesProblem: memberships.problem,
  }
}
