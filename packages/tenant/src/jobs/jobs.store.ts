import type { Kysely, Selectable } from '@rollcall/database'
import { ManagementError } from '../management/management-error.ts'
import type { TenantSchema } from '../schema.ts'

export type JobRow = Selectable<TenantSchema['jobs']>
/** Without what it is to do: half a megabyte of users, which nobody who asks how far it is wants to have read. */
export type JobAsShown = Omit<JobRow, 'input'>

/** What is done with a job is gone after a day, as with Auth0. */
export const keptMs = 86_400_000

/** @throws ManagementError 404 */
export async function findJob(db: Kysely<TenantSchema>, id: string): Promise<JobAsShown> {
  const shown = ['id', 'type', 'status', 'settings', 'summary', 'created_at', 'finished_at'] as const
  const row = await db.selectFrom('jobs').select(shown).where('id', '=', id).executeTakeFirst()
  if (!row) throw new ManagementError(404, 'Job not found.', 'inexistent_job')
  return row
}

/** A job as Auth0 shows it. */
export const presentJob = ({ id, type, status, settings, summary, created_at: at }: JobAsShown) => ({
  type,
  status: status === 'processing' ? 'pending' : status,
  ...settings,
  ...(summary && status === 'completed' && { summary }),
  created_at: at.toISOString(),
  id,
})
