import { randomUUID } from 'node:crypto'
import type { ActionPhase, FieldChange } from '@rollcall/contracts/admin-api'
import type { Actor } from '../access/actor.ts'
import type { RunOrigin } from '../store/schema.ts'
import type { AuditFacts } from './audit.store.ts'

/** Who did something, and from where. */
export interface DoneBy {
  actorId: string
  actorKind: RunOrigin['actorKind']
  from: Pick<RunOrigin, 'ip' | 'userAgent' | 'requestId'>
}

export const doneBy = ({ userId, kind }: Actor, from: DoneBy['from']): DoneBy => ({
  actorId: userId,
  actorKind: kind,
  from,
})

interface OwnEntry {
  action: string
  /** The user it is about, or what of Rollcall's own. */
  subjectId: string
  by: DoneBy
  /** The tenant's origin. */
  tenant: string
  phase?: Exclude<ActionPhase, 'started'> | undefined
  changes?: FieldChange[] | undefined
  reason?: string | null | undefined
  runId?: string
  jobId?: string
}

/** Of what is Rollcall's own: no user of the tenant's is changed by it, and one entry, which stands if it does, tells all. */
export function ownEntry({ by, phase = 'done', changes = [], reason = null, runId = randomUUID(), ...rest }: OwnEntry): AuditFacts {
  const { actorId, actorKind, from } = by
  const { ip, userAgent, requestId } = from
  return { ...rest, phase, actorId, actorKind, reason, ip, userAgent, requestId, runId, undoOf: null, changes, answer: null, settledAtStart: false }
} // prettier-ignore

/** What is told without a value before. */
export const told = (after: Record<string, unknown>): FieldChange[] =>
  Object.entries(after).map(([field, value]) => ({ field, before: null, after: value }))
