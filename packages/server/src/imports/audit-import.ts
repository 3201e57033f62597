import type { FieldChange } from '@rollcall/contracts/admin-api'
import type { AuditFacts } from '../audit/audit.store.ts'
import type { Steering } from '../jobs/audit-job.ts'
import type { ImportEntry } from './imports.store.ts'

/** What the audit log says of an import. Whom it made is in the tenant's log, and in the report. */
export function auditImport(
  entry: ImportEntry,
  action: string,
  { changes, by }: { changes: FieldChange[]; by?: Steering },
): AuditFacts {
  const from = by?.from ?? entry.origin
  return {
    action,
    phase: 'done',
    actorId: by?.actorId ?? entry.actor_id,
    actorKind: by?.actorKind ?? entry.origin.actorKind,
    subjectId: entry.import_id,
    reason: null,
    ip: from.ip,
    userAgent: from.userAgent,
    requestId: from.requestId,
    runId: entry.import_id,
    undoOf: null,
    tenant: entry.tenant,
    changes,
    answer: null,
    settledAtStart: false,
  }
}
