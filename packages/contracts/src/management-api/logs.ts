import { z } from 'zod'

/** An entry of the tenant's log, as far as Rollcall reads one. Absent members come as null or as the word `undefined` in some entries. */
export const ManagementLogEntry = z.object({
  log_id: z.string(),
  /** ISO 8601. */
  date: z.iso.datetime({ offset: true }),
  /** Auth0's code: `s`, `fp`, `sapi`, … */
  type: z.string(),
  description: z.string().nullish(),
  connection: z.string().nullish(),
  user_id: z.string().nullish(),
  strategy: z.string().nullish(),
  details: z.record(z.string(), z.unknown()).nullish().catch(null),
})
export type ManagementLogEntry = z.infer<typeof ManagementLogEntry>

/** `GET /api/v2/logs` without totals. */
export const ManagementLogEntries = z.array(ManagementLogEntry)
