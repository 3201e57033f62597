import type { AuditEntry } from '@rollcall/contracts/admin-api'

/** What an entry is about: a user, or something of Rollcall's own. */
export function subjectOf({ action, subjectId }: Pick<AuditEntry, 'action' | 'subjectId'>) {
  const [kind] = action.split('.')
  switch (kind) {
    case 'job':
      return { kind, to: { name: 'job', params: { jobId: subjectId } } } as const
    case 'import':
      return { kind, to: { name: 'import', params: { importId: subjectId } } } as const
    case 'schedule':
      return { kind, to: { name: 'clean-up' } } as const
    default:
      return { kind: 'user', to: { name: 'user', params: { userId: subjectId } } } as const
  }
}
