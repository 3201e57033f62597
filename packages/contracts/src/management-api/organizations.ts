import { z } from 'zod'

export const ManagementOrganization = z.object({
  id: z.string(),
  name: z.string(),
  display_name: z.string().nullish(),
})
export type ManagementOrganization = z.infer<typeof ManagementOrganization>

/** `GET /api/v2/users/{id}/organizations?include_totals=true` */
export const ManagementOrganizationPage = z.object({
  organizations: z.array(ManagementOrganization),
  total: z.int().min(0),
})
export type ManagementOrganizationPage = z.infer<typeof ManagementOrganizationPage>

/** `GET /api/v2/organizations?take=100`; without `next` it is the last. */
export const ManagementOrganizationCheckpointPage = z.object({
  organizations: z.array(ManagementOrganization),
  next: z.string().nullish(),
})
export type ManagementOrganizationCheckpointPage = z.infer<typeof ManagementOrganizationCheckpointPage>

/** `GET /api/v2/organizations/{id}/members?take=100`; the last page may be an empty one. */
export const ManagementMemberPage = z.object({
  members: z.array(z.object({ user_id: z.string() })),
  next: z.string().nullish(),
})
export type ManagementMemberPage = z.infer<typeof ManagementMemberPage>
