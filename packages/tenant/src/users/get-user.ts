import { sql } from '@rollcall/database'
import { ManagementError } from '../management/management-error.ts'
import type { TenantContext } from '../tenant-context.ts'
import { presentUser } from './present-user.ts'
import type { WireUser } from './present-user.ts'
import { selectUsers } from './users.store.ts'

export const userMissing = () => new ManagementError(404, 'The user does not exist.', 'inexistent_user')

/** @throws ManagementError 404 */
export async function getUser(
  { db, origins }: Pick<TenantContext, 'db' | 'origins'>,
  userId: string,
): Promise<WireUser> {
  const [user] = await selectUsers(db, sql`SELECT ${userId}::text AS user_id, 1 AS place`)
  if (!user) throw userMissing()
  return presentUser(user, origins()[0] ?? '')
}
