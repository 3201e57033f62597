import type { TenantAnswer } from '@rollcall/tenant-client'
import type { RunStep } from '../store/schema.ts'
import type { AuditFacts } from '../audit/audit.store.ts'
import type { RunRow } from './runs.store.ts'
import { presentStep, tokensUntil } from './steps.ts'

type AuditedRun = Pick<RunRow, 'run_id' | 'action' | 'user_id' | 'actor_id' | 'reason' | 'origin' | 'undo_of'>

/** What the audit log says of a run. */
export function auditRun(
  run: AuditedRun,
  told: Pick<AuditFacts, 'phase' | 'changes'> & {
    steps?: RunStep[]
    answer?: TenantAnswer | undefined
    settledAtStart?: boolean
    endedAt?: Date | null
  },
): AuditFacts {
  const { actorKind, ip, userAgent, requestId, tenant, jobId, otherUserId } = run.origin
  const { answer, steps = [], endedAt = null } = told
  const until = tokensUntil(steps, endedAt)
  return {
    action: run.action,
    phase: told.phase,
    actorId: run.actor_id,
    actorKind,
    subjectId: run.user_id,
    ...(otherUserId !== undefined && { otherSubjectId: otherUserId }),
    reason: run.reason,
    ip,
    userAgent,
    requestId,
    runId: run.run_id,
    undoOf: run.undo_of,
    ...(jobId !== undefined && { jobId }),
    tenant,
    changes: told.changes,
    ...(steps.length > 0 && { steps: steps.map(presentStep) }),
    ...(until && { accessTokensUntil: until.toISOString() }),
    answer: answer ? { status: answer.status, errorCode: answer.errorCode, message: answer.message.slice(0, 500) } : null,
    settledAtStart: told.settledAtStart ?? false,
  } // prettier-ignore
}
