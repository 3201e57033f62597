import type { Kysely } from '@rollcall/database'
import { ManagementError } from '../management/management-error.ts'
import type { TenantSchema } from '../schema.ts'
import { presentUser } from './present-user.ts'
import type { WireUser } from './present-user.ts'
import { findUser } from './users.store.ts'
import type { IdentityRow, UserRow } from './users.store.ts'

export const userMissing = () => new ManagementError(404, 'The user does not exist.', 'inexistent_user')

/** @throws ManagementError 404 */
export async function getUser(db: Kysely<TenantSchema>, userId: string): Promise<WireUser> {
  const user = await findUser(db, userId)
  if (!user) throw userMissing()
  const [shown] = await presentUsers(db, [user])
  if (!shown) throw userMissing()
  return shown
}

/** @throws ManagementError 404 */
export async function requireUser(db: Kysely<TenantSchema>, userId: string): Promise<UserRow> {
  const user = await findUser(db, userId)
  if (!user) throw userMissing()
  return user
}

/** Presents many users with one more query for all their identities. */
export async function presentUsers(db: Kysely<TenantSchema>, users: UserRow[]): Promise<WireUser[]> {
  if (users.length === 0) return []
  const ids = users.map((user) => user.user_id)
  const identities = await db
    .selectFrom('identities')
    .selectAll()
    .where('user_id', 'in', ids)
    .orderBy('user_id')
    .orderBy('position')
    .execute()
  const byUser = new Map<string, IdentityRow[]>()
  for (const identity of identities) byUser.set(identity.user_id, [...(byUser.get(identity.user_id) ?? []), identity])
  return users.map((user) => presentUser(user, byUser.get(user.user_id) ?? []))
}
