import type { Transaction } from '@rollcall/database'
import type { TenantSchema } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import type { JobRow } from './jobs.store.ts'

/** @returns whether a mail could be sent */
export async function sendVerificationEmail(
  context: TenantContext,
  trx: Transaction<TenantSchema>,
  job: JobRow,
): Promise<boolean> {
  const { user_id: userId } = job.input as { user_id: string }
  const user = await trx.selectFrom('users').select(['email']).where('user_id', '=', userId).executeTakeFirst()
  if (!user?.email) return false
  context.logs.write({ type: 'svr', user_id: userId, user_name: user.email, details: { job_id: job.id } })
  return true
}
