import { z } from 'zod'

const Permission = z.object({
  permission_name: z.string(),
  description: z.string().nullish(),
  resource_server_name: z.string(),
  resource_server_identifier: z.string(),
})

/** A permission that a role gives. */
export const ManagementRolePermission = Permission
export type ManagementRolePermission = z.infer<typeof ManagementRolePermission>

/** `GET /api/v2/roles/{id}/permissions?include_totals=true` */
export const ManagementRolePermissionPage = z.object({ permissions: z.array(ManagementRolePermission) })

/** A permission that a user has outside of organizations, with where it comes from. */
export const ManagementUserPermission = Permission.extend({
  sources: z
    .array(
      z.object({
        source_type: z.string(), // DIRECT or ROLE, as far as is documented
        source_id: z.string().nullish(),
        source_name: z.string().nullish(),
      }),
    )
    .nullish(),
})
export type ManagementUserPermission = z.infer<typeof ManagementUserPermission>

/** `GET /api/v2/users/{id}/permissions?include_totals=true` */
export const ManagementUserPermissionPage = z.object({ permissions: z.array(ManagementUserPermission) })
