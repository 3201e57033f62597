import { z } from 'zod'

/** A job as `GET /api/v2/jobs/{id}` answers it, as far as exports and imports go. */
export const ManagementJob = z.object({
  id: z.string(),
  type: z.string(),
  status: z.enum(['pending', 'processing', 'completed', 'failed']),
  /** Where a finished export is fetched: good for a minute, then the job is to be asked again. */
  location: z.url().optional(),
  /** Of an import that is over. */
  summary: z.object({ failed: z.int(), updated: z.int(), inserted: z.int(), total: z.int() }).optional(),
})
export type ManagementJob = z.infer<typeof ManagementJob>

/** What `GET /api/v2/jobs/{id}/errors` tells of an import: each row that was not taken, and why. */
export const ManagementImportErrors = z.array(
  z.object({
    user: z.record(z.string(), z.unknown()).nullish(),
    errors: z.array(z.object({ code: z.string(), message: z.string(), path: z.string().nullish() })),
  }),
)
export type ManagementImportErrors = z.infer<typeof ManagementImportErrors>
