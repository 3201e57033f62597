import type { PersonalData, PersonalDataRequest } from '@rollcall/contracts/admin-api'
import { transaction } from '@rollcall/database'
import type { Actor } from '../../access/actor.ts'
import { appendAudit } from '../../audit/audit.store.ts'
import { doneBy, ownEntry, told, type DoneBy } from '../../audit/own-entry.ts'
import type { PersonalDataDeps } from './gather-personal-data.ts'

/** As the audit log and `REASON_REQUIRED` call it. */
export const exportDataAction = 'user.export-data'

interface HandingOut {
  data: PersonalData
  format: PersonalDataRequest['format']
  actor: Actor
  reason: string | undefined
  from: DoneBy['from']
}

/** Before anything is handed out. The log has that it was, and of what was in it no more than what was not. */
export async function recordHandingOut(
  { store, tenant }: PersonalDataDeps,
  { data, format, actor, reason, from }: HandingOut,
): Promise<void> {
  const after = { format, missing: [...new Set(data.missing.map(({ part }) => part))] }
  await transaction(store.db, (trx) =>
    appendAudit(
      trx,
      ownEntry({
        action: exportDataAction,
        subjectId: data.userId,
        tenant: tenant.origin,
        by: doneBy(actor, from),
        reason,
        changes: told({ personal_data: after }),
      }),
    ),
  )
}
