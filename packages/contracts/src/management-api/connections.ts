import { z } from 'zod'

/** A connection, as far as it says who can be made in it; whatever else its options hold, secrets among them, stays at the edge. */
export const ManagementConnection = z.object({
  id: z.string(),
  name: z.string(),
  strategy: z.string(),
  display_name: z.string().nullish(),
  options: z
    .object({
      requires_username: z.boolean().nullish(),
      /** Flexible identifiers; absent or empty: an e-mail address, and perhaps a username. */
      attributes: z
        .record(
          z.string(),
          z.object({
            profile_required: z.boolean().nullish(),
            signup: z.object({ status: z.string().nullish() }).nullish(),
          }),
        )
        .nullish(),
      /** A database of the customer's own, reached by scripts. */
      enabledDatabaseCustomization: z.boolean().nullish(),
      /** Whether the accounts of such a database come over to Auth0's as people sign in. */
      import_mode: z.boolean().nullish(),
    })
    .nullish(),
})
export type ManagementConnection = z.infer<typeof ManagementConnection>

/** `GET /api/v2/connections?include_totals=true` */
export const ManagementConnectionPage = z.object({ connections: z.array(ManagementConnection) })
