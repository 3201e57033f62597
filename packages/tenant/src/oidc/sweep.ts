import { sql, transaction } from '@rollcall/database'
import { sweepMails } from '../mail/mails.store.ts'
import type { TenantContext } from '../tenant-context.ts'

const intervalMs = 10 * 60_000
const keptAfterUseMs = 24 * 3_600_000
/** The longest that an API's tokens may live, and an hour for clocks that differ. */
const longestTokenMs = 2_592_000_000 + 3_600_000
/** Auth0 opens an account again by itself after thirty days. */
const blockedMs = 30 * 86_400_000

/** Removes what has expired, now and then; with several processes on one database, one of them does. @returns how to stop it */
export function startSweeping(context: TenantContext): () => void {
  const timer = setInterval(() => {
    sweep(context).catch((error: unknown) => context.logger.error({ err: error }, 'sweeping failed'))
  }, intervalMs)
  timer.unref()
  return () => clearInterval(timer)
}

export async function sweep({ db, now }: Pick<TenantContext, 'db' | 'now'>): Promise<void> {
  await transaction(db, async (trx) => {
    const { rows } = await sql<{ mine: boolean }>`
      SELECT pg_try_advisory_xact_lock(hashtext('rollcall sweep')) AS mine`.execute(trx)
    if (!rows[0]?.mine) return
    const at = now()
    const longAgo = new Date(at.getTime() - keptAfterUseMs)
    await trx.deleteFrom('login_transactions').where('expires_at', '<', at).execute()
    await trx
      .deleteFrom('sessions')
      .where((row) => row.or([row('expires_at', '<', at), row('idle_expires_at', '<', at)]))
      .execute()
    await trx.deleteFrom('authorization_codes').where('expires_at', '<', longAgo).execute()
    await trx.deleteFrom('opaque_access_tokens').where('expires_at', '<', at).execute()
    await trx.deleteFrom('one_time_codes').where('expires_at', '<', at).execute()
    await trx.deleteFrom('mfa_tokens').where('expires_at', '<', at).execute()
    // A device is told once that its time is up.
    await trx.deleteFrom('device_codes').where('expires_at', '<', longAgo).execute()
    await trx.deleteFrom('pushed_requests').where('expires_at', '<', at).execute()
    await trx
      .deleteFrom('user_blocks')
      .where('created_at', '<', new Date(at.getTime() - blockedMs))
      .execute()
    await sweepMails(trx, at)
    await trx
      .updateTable('signing_keys')
      .set({ status: 'revoked', revoked_at: at })
      .where('status', '=', 'previous')
      .where('retired_at', '<', new Date(at.getTime() - longestTokenMs))
      .execute()
    await trx.deleteFrom('tickets').where('expires_at', '<', at).execute()
    await trx.deleteFrom('organization_invitations').where('expires_at', '<', longAgo).execute()
    // Auth0 keeps what a job did for a day.
    await trx.deleteFrom('jobs').where('finished_at', '<', longAgo).execute()
    await trx.deleteFrom('seen_once').where('expires_at', '<', at).execute()
    await trx.deleteFrom('login_failures').where('failed_at', '<', longAgo).execute()
    await trx
      .deleteFrom('refresh_token_families')
      .where((row) => row.or([row('expires_at', '<', at), row('revoked_at', '<', longAgo)]))
      .execute()
  })
}
