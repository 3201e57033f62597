import type { Transaction } from '@rollcall/database'
import { sendVerification } from '../accounts/verification.ts'
import type { TenantSchema } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import type { JobRow } from './jobs.store.ts'

/** @returns whether there was an address to send it to */
export async function sendVerificationEmail(
  context: TenantContext,
  trx: Transaction<TenantSchema>,
  job: JobRow,
): Promise<boolean> {
  const { user_id: userId, client_id: clientId, origin } = job.input as { user_id: string; client_id: string | null; origin: string } // prettier-ignore
  const user = await trx.selectFrom('users').select(['email']).where('user_id', '=', userId).executeTakeFirst()
  if (!user?.email) return false
  const request = clientId === null ? {} : { client_id: clientId }
  await sendVerification(context, { userId, email: user.email, origin, request, db: trx })
  return true
}
