import type { ActionDeps } from './deps.ts'
import type { StateAfter } from './define-action.ts'

/** Shows in the directory what the tenant has answered. */
export async function writeThrough(
  { directory }: Pick<ActionDeps, 'directory'>,
  userId: string,
  { user, roles, memberships, access, others, accessOfOthers, departed }: StateAfter,
): Promise<void> {
  for (const other of others ?? []) await directory?.noteUser(other)
  for (const otherId of departed ?? []) await directory?.noteDeparture(otherId)
  for (const { userId: otherId, access } of accessOfOthers ?? []) {
    if (access.roles)
      await directory?.noteRoles(
        otherId,
        access.roles.map(({ id }) => id),
      )
    if (access.organizations)
      await directory?.noteOrganizations(
        otherId,
        access.organizations.map(({ id }) => id),
      )
  }
  if (user === null) return directory?.noteDeparture(userId)
  if (user) await directory?.noteUser(user)
  // What somebody may do has their roles and organizations in it.
  const organizationsNow = memberships ?? access?.organizations
  const rolesNow = roles ?? access?.roles
  if (organizationsNow) await directory?.noteOrganizations(userId, organizationsNow.map(({ id }) => id)) // prettier-ignore
  if (rolesNow) await directory?.noteRoles(userId, rolesNow.map(({ id }) => id)) // prettier-ignore
}
