import type { ActionDeps } from './deps.ts'
import type { StateAfter } from './define-action.ts'

/** Shows in the directory what the tenant has answered. */
export async function writeThrough(
  { directory }: Pick<ActionDeps, 'directory'>,
  userId: string,
  { user, roles }: StateAfter,
): Promise<void> {
  if (user === null) return directory?.noteDeparture(userId)
  if (user) await directory?.noteUser(user)
  if (roles) await directory?.noteRoles(userId, roles.map(({ id }) => id)) // prettier-ignore
}
