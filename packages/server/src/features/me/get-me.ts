import type { Me } from '@rollcall/contracts/admin-api'
import { NotAuthenticated, NotFound } from '@rollcall/http-kit'
import type { TenantClient } from '@rollcall/tenant-client'
import type { CustomFields } from '../../custom-fields/custom-fields.ts'
import type { Actor } from '../../access/actor.ts'

export interface GetMeDeps {
  tenant: { users: Pick<TenantClient['users'], 'get'> }
  fields: CustomFields
}

/**
 * Who is asking, and what they may do. Needs no permission: whoever has none must be able to learn it.
 * @throws NotAuthenticated if the account behind the token has been deleted since
 */
export async function getMe({ tenant, fields }: GetMeDeps, actor: Actor): Promise<Me> {
  const { userId, kind, permissions } = actor
  const access = { userId, kind, permissions: [...permissions], fields: [...fields.sightOf(actor).fields] }
  if (kind === 'program') return { ...access, name: null, email: null, picture: null }
  try {
    const { name = null, email = null, picture = null } = await tenant.users.get(userId)
    return { ...access, name, email, picture }
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    throw new NotAuthenticated('account-gone', 'The account behind this access token no longer exists.')
  }
}
