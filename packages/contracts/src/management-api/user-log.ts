import { z } from 'zod'
import { ManagementLogEntry } from './logs.ts'

const text = z.string().nullish().catch(null)

/** An entry of the log as somebody reads it who looks at one user; without what was sent and answered. */
export const ManagementUserLogEntry = ManagementLogEntry.omit({ details: true }).extend({
  ip: text,
  client_id: text,
  client_name: text,
  user_agent: text,
  organization_id: text,
  organization_name: text,
  location_info: z.object({ city_name: text, country_name: text }).nullish().catch(null),
})
export type ManagementUserLogEntry = z.infer<typeof ManagementUserLogEntry>

export const ManagementUserLogEntries = z.array(ManagementUserLogEntry)
