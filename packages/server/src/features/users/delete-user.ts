import { Conflict } from '@rollcall/http-kit'
import type { TenantClient } from '@rollcall/tenant-client'
import type { Actor } from '../../access/actor.ts'

export interface DeleteUserDeps {
  tenant: { users: Pick<TenantClient['users'], 'get' | 'delete'> }
}

/**
 * Deletes a user for good, linked identities with them.
 * @throws NotFound if the tenant has no such user; Conflict if the actor is that user
 */
export async function deleteUser({ tenant }: DeleteUserDeps, actor: Actor, userId: string): Promise<void> {
  if (actor.userId === userId) {
    throw new Conflict('cannot-delete-yourself', 'You cannot delete the account you are signed in with.')
  }
  // Looked for first: the tenant answers the deletion of nobody as if it had deleted somebody.
  await tenant.users.get(userId)
  await tenant.users.delete(userId)
}
