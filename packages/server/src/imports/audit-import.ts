import type { FieldChange } from '@rollcall/contracts/admin-api'
import type { AuditFacts } from '../audit/audit.store.ts'
import { ownEntry, type DoneBy } from '../audit/own-entry.ts'
import type { ImportEntry } from './imports.store.ts'

/** What the audit log says of an import. Whom it made is in the tenant's log, and in the report. */
export function auditImport(
  entry: ImportEntry,
  action: string,
  { changes, by }: { changes: FieldChange[]; by?: DoneBy },
): AuditFacts {
  const { import_id: importId, tenant, actor_id: actorId, origin } = entry
  const itself = { actorId, actorKind: origin.actorKind, from: origin }
  return ownEntry({ action, subjectId: importId, runId: importId, tenant, by: by ?? itself, changes })
}
