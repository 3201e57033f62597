import type { RoleSource, UserRoles } from '@rollcall/contracts/admin-api'
import type { ManagementRole } from '@rollcall/contracts/management-api'
import { attemptPart } from './attempt-part.ts'
import type { OfUserDeps } from './deps.ts'
import { presentOrganization, presentRole } from './present-access.ts'
import { readMemberships } from './read-memberships.ts'

/** Every role somebody has, once, with how they come by it; what they are everywhere first. @throws NotFound `user-not-found` */
export async function listRoles(deps: OfUserDeps, userId: string): Promise<UserRoles> {
  const [direct, memberships] = await Promise.all([
    deps.tenant.ofUser.roles(userId),
    attemptPart(readMemberships(deps, userId)),
  ])
  const roles = new Map<string, { role: ManagementRole; sources: RoleSource[] }>()
  const add = (role: ManagementRole, source: RoleSource) => {
    const known = roles.get(role.id) ?? { role, sources: [] }
    known.sources.push(source)
    roles.set(role.id, known)
  }
  for (const role of direct) add(role, { kind: 'direct' })
  for (const { organization, roles: held } of memberships.value ?? []) {
    for (const role of held) add(role, { kind: 'organization', organization: presentOrganization(organization) })
  }
  return {
    roles: [...roles.values()].map(({ role, sources }) => ({
      ...presentRole(role),
      description: role.description || null,
      sources,
    })),
    organizationsProblem: memberships.problem,
  }
}
