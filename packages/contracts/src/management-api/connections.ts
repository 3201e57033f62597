import { z } from 'zod'

export const ManagementConnection = z.object({ id: z.string(), name: z.string() })
export type ManagementConnection = z.infer<typeof ManagementConnection>

/** `GET /api/v2/connections?include_totals=true`. */
export const ManagementConnectionPage = z.object({ connections: z.array(ManagementConnection) })
