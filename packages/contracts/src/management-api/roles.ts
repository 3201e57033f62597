import { z } from 'zod'

export const ManagementRole = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().nullish(),
})
export type ManagementRole = z.infer<typeof ManagementRole>

/** `GET /api/v2/roles?include_totals=true`, and that of one user. */
export const ManagementRolePage = z.object({ roles: z.array(ManagementRole), total: z.int().min(0) })
export type ManagementRolePage = z.infer<typeof ManagementRolePage>

/** `GET /api/v2/roles/{id}/users?take=100`; without `next` it is the last. */
export const ManagementRoleUserPage = z.object({
  users: z.array(z.object({ user_id: z.string() })),
  next: z.string().nullish(),
})
export type ManagementRoleUserPage = z.infer<typeof ManagementRoleUserPage>
