import type { AuditEntry } from '@rollcall/contracts/admin-api'

export const someEntry = (changes: Partial<AuditEntry> = {}): AuditEntry => ({
  seq: 1,
  at: '2026-11-25T10:00:00.000Z',
  action: 'user.block',
  phase: 'done',
  actorId: 'auth0|staff',
  actorKind: 'person',
  subjectId: 'auth0|ada',
  reason: null,
  ip: '127.0.0.1',
  userAgent: null,
  requestId: 'request-1',
  runId: '3f1f6a2e-0000-4000-8000-000000000001',
  undoOf: null,
  tenant: 'https://tenant.example',
  changes: [{ field: 'blocked', before: false, after: true }],
  answer: null,
  settledAtStart: false,
  hash: 'ab'.repeat(32),
  ...changes,
})
