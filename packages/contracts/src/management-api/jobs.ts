import { z } from 'zod'

/** A job as `GET /api/v2/jobs/{id}` answers it, as far as an export goes. */
export const ManagementJob = z.object({
  id: z.string(),
  type: z.string(),
  status: z.enum(['pending', 'processing', 'completed', 'failed']),
  /** Where a finished export is fetched: good for a minute, then the job is to be asked again. */
  location: z.url().optional(),
})
export type ManagementJob = z.infer<typeof ManagementJob>
