import type { AuditFacts } from '../audit/audit.store.ts'
import { ownEntry, type DoneBy } from '../audit/own-entry.ts'
import type { JobRow } from './jobs.store.ts'

type Told = Pick<Parameters<typeof ownEntry>[0], 'phase' | 'changes' | 'reason'> & {
  /** Absent: the job itself, in the name of whoever started it. */
  by?: DoneBy
}

/** What the audit log says of a job as a whole; what it does to each user stands there by itself. */
export function auditJob(job: JobRow, action: string, { by, reason = job.reason, ...rest }: Told = {}): AuditFacts {
  const { job_id: jobId, tenant, actor_id: actorId, origin } = job
  const itself = { actorId, actorKind: origin.actorKind, from: origin }
  return ownEntry({ action, subjectId: jobId, runId: jobId, jobId, tenant, by: by ?? itself, reason, ...rest })
}
