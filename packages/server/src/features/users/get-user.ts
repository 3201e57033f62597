import type { User } from '@rollcall/contracts/admin-api'
import type { TenantClient } from '@rollcall/tenant-client'
import type { Sight } from '../../custom-fields/custom-fields.ts'
import { presentUser } from './present-user.ts'

export interface GetUserDeps {
  tenant: { users: Pick<TenantClient['users'], 'get'> }
}

/** @throws NotFound `user-not-found` */
export async function getUser({ tenant }: GetUserDeps, userId: string, sight: Sight): Promise<User> {
  return presentUser(await tenant.users.get(userId), sight)
}
