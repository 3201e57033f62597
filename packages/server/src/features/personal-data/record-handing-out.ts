import { randomUUID } from 'node:crypto'
import type { PersonalData, PersonalDataRequest } from '@rollcall/contracts/admin-api'
import { transaction } from '@rollcall/database'
import type { Actor } from '../../access/actor.ts'
import { appendAudit, type AuditFacts } from '../../audit/audit.store.ts'
import type { PersonalDataDeps } from './gather-personal-data.ts'

/** As the audit log and `REASON_REQUIRED` call it. */
export const exportDataAction = 'user.export-data'

interface HandingOut {
  data: PersonalData
  format: PersonalDataRequest['format']
  actor: Actor
  reason: string | undefined
  from: Pick<AuditFacts, 'ip' | 'userAgent' | 'requestId'>
}

/** Before anything is handed out. The log has that it was, and of what was in it no more than what was not. */
export async function recordHandingOut(
  { store, tenant }: PersonalDataDeps,
  { data, format, actor, reason, from }: HandingOut,
): Promise<void> {
  const after = { format, missing: [...new Set(data.missing.map(({ part }) => part))] }
  await transaction(store.db, (trx) =>
    appendAudit(trx, {
      action: exportDataAction,
      phase: 'done',
      actorId: actor.userId,
      actorKind: actor.kind,
      subjectId: data.userId,
      reason: reason ?? null,
      ...from,
      runId: randomUUID(),
      undoOf: null,
      tenant: tenant.origin,
      changes: [{ field: 'personal_data', before: null, after }],
      answer: null,
      settledAtStart: false,
    }),
  )
}
