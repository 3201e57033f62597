import type { FieldChange } from '@rollcall/contracts/admin-api'
import { transaction } from '@rollcall/database'
import type { TenantClient } from '@rollcall/tenant-client'
import type { Actor } from '../../access/actor.ts'
import { appendAudit } from '../../audit/audit.store.ts'
import { doneBy, ownEntry, type DoneBy } from '../../audit/own-entry.ts'
import { tell } from '../../directory/events.ts'
import type { StoreQueries } from '../../store/open-store.ts'

export interface RemarksDeps {
  db: StoreQueries
  tenant: Pick<TenantClient, 'origin'> & { users: Pick<TenantClient['users'], 'get'> }
}

/** Who says something of whom, and from where. */
export interface RemarksCall {
  actor: Actor
  userId: string
  from: DoneBy['from']
}

interface Done<Result> {
  result: Result
  action: 'user.add-note' | 'user.edit-note' | 'user.delete-note' | 'user.change-tags'
  changes: FieldChange[]
}

/**
 * A change to Rollcall's own notes or tags: with its entry in the audit log it is there, or neither is. No tenant is asked in between, so one
 * entry tells all.
 * @param change answers no `changes` where there was nothing to do
 */
export function changeRemarks<Result>(
  { db, tenant }: RemarksDeps,
  { actor, userId, from }: RemarksCall,
  change: (trx: StoreQueries) => Promise<Done<Result>>,
): Promise<Result> {
  return transaction(db, async (trx) => {
    const { result, action, changes } = await change(trx)
    if (changes.length === 0) return result
    await tell(trx, { users: [userId] })
    const by = doneBy(actor, from)
    await appendAudit(trx, ownEntry({ action, subjectId: userId, tenant: tenant.origin, by, changes }))
    return result
  })
}

/**
 * Of somebody who was never there nothing is said.
 * @throws NotFound `user-not-found`
 */
export async function checkUser({ db, tenant }: RemarksDeps, userId: string): Promise<void> {
  const known = await db.selectFrom('users').select('user_id').where('user_id', '=', userId).executeTakeFirst()
  if (!known) await tenant.users.get(userId) // not copied, or not yet
}
