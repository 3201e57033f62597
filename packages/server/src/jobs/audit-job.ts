import type { ActionPhase, FieldChange } from '@rollcall/contracts/admin-api'
import type { AuditFacts } from '../audit/audit.store.ts'
import type { RunOrigin } from '../store/schema.ts'
import type { JobRow } from './jobs.store.ts'

/** Who did it; absent: the job itself, in the name of whoever started it. */
export interface Steering {
  actorId: string
  actorKind: RunOrigin['actorKind']
  from: Pick<RunOrigin, 'ip' | 'userAgent' | 'requestId'>
}

/** What the audit log says of a job as a whole; what it does to each user stands there by itself. */
export function auditJob(
  job: JobRow,
  action: string,
  told: {
    phase?: Exclude<ActionPhase, 'started'>
    changes?: FieldChange[]
    reason?: string | null
    by?: Steering
  } = {},
): AuditFacts {
  const { phase = 'done', changes = [], reason = job.reason, by } = told
  const from = by?.from ?? job.origin
  return {
    action,
    phase,
    actorId: by?.actorId ?? job.actor_id,
    actorKind: by?.actorKind ?? job.origin.actorKind,
    subjectId: job.job_id,
    reason,
    ip: from.ip,
    userAgent: from.userAgent,
    requestId: from.requestId,
    runId: job.job_id,
    undoOf: null,
    jobId: job.job_id,
    tenant: job.tenant,
    changes,
    answer: null,
    settledAtStart: false,
  }
}
