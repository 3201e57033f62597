import type { Kysely, Selectable, Transaction } from '@rollcall/database'
import { ManagementError } from '../management/management-error.ts'
import type { TenantSchema } from '../schema.ts'

export type OrganizationRow = Selectable<TenantSchema['organizations']>

/** An organization as Auth0 shows it. */
export const presentOrganization = ({ id, name, display_name: displayName, settings }: OrganizationRow) => ({
  id,
  name,
  ...(displayName !== null && { display_name: displayName }),
  third_party_client_access: 'block',
  is_app_entitlement_active: false,
  ...settings,
})

/** @throws ManagementError 404 */
export async function findOrganization(db: Kysely<TenantSchema>, id: string): Promise<OrganizationRow> {
  const row = await db.selectFrom('organizations').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new ManagementError(404, 'No organization found by that id or name')
  return row
}

/** The same, for a change of it: others wait until the transaction ends. */
export async function lockOrganization(trx: Transaction<TenantSchema>, id: string): Promise<OrganizationRow> {
  const row = await trx.selectFrom('organizations').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw new ManagementError(404, 'No organization found by that id or name')
  return row
}

/** Whether a user belongs to an organization. */
export async function isMember(
  db: Kysely<TenantSchema>,
  { organizationId, userId }: { organizationId: string; userId: string },
): Promise<boolean> {
  const row = await db
    .selectFrom('organization_members')
    .select('user_id')
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return row !== undefined
}
