import type { NamedOrganization, NamedRole } from '@rollcall/contracts/admin-api'
import type { ManagementOrganization, ManagementRole } from '@rollcall/contracts/management-api'

export const presentRole = ({ id, name }: Pick<ManagementRole, 'id' | 'name'>): NamedRole => ({ roleId: id, name })

export const presentOrganization = ({
  id,
  name,
  display_name: displayName,
}: ManagementOrganization): NamedOrganization => ({ organizationId: id, name, displayName: displayName || null })
