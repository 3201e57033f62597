import type { ActionDeps } from './deps.ts'
import type { StateAfter } from './define-action.ts'

/**
 * Shows in the directory what the tenant has answered. What was done is done: where this fails, the tenant's log will tell the directory.
 */
export async function writeThrough(
  { directory, logger }: Pick<ActionDeps, 'directory' | 'logger'>,
  userId: string,
  { user, roles }: StateAfter,
): Promise<void> {
  try {
    if (user === null) return await directory?.noteDeparture(userId)
    if (user) await directory?.noteUser(user)
    if (roles) await directory?.noteRoles(userId, roles.map(({ id }) => id)) // prettier-ignore
  } catch (error) {
    logger.error({ err: error, userId }, 'what was done is not in the directory yet')
  }
}
