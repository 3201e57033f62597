import { z } from 'zod'

/** An API of the tenant ("resource server"), as far as Rollcall reads one. */
export const ManagementApi = z.object({
  identifier: z.string(),
  name: z.string().nullish(),
  /** In seconds. */
  token_lifetime: z.number().nullish(),
  /** In seconds, of tokens that browsers get by the implicit flow. */
  token_lifetime_for_web: z.number().nullish(),
  scopes: z.array(z.object({ value: z.string(), description: z.string().nullish() })).nullish(),
  /** The Management API itself, for one: nobody is given permissions on it. */
  is_system: z.boolean().nullish(),
})
export type ManagementApi = z.infer<typeof ManagementApi>

/** `GET /api/v2/resource-servers?include_totals=true` */
export const ManagementApiPage = z.object({ resource_servers: z.array(ManagementApi) })
