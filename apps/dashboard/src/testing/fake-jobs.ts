import type { Job, JobUser } from '@rollcall/contracts/admin-api'
import { json, problem } from './mount-page.ts'
import type { Answers } from './mount-page.ts'

export const jobId = '11111111-1111-4111-8111-111111111111'
const undoingId = '22222222-2222-4222-8222-222222222222'

export const someJob = (changes: Partial<Job> = {}): Job => ({
  jobId,
  action: 'user.block',
  params: {},
  selection: { kind: 'filter', filter: 'last_login:<now-1y', entries: null, unmatched: 0 },
  reason: 'Spring cleaning',
  phase: 'planned',
  speed: 100,
  counts: { users: 1237, waiting: 1234, done: 0, failed: 0, excluded: 3 },
  plan: {
    excluded: [{ code: 'blocked', message: 'They are blocked already.', users: 3 }],
    cannotBeUndone: [],
    warnings: [{ code: 'tokens-live', message: 'Access tokens live on.' }],
    samples: [
      {
        userId: 'auth0|1',
        name: 'Ada Lovelace',
        email: 'ada@example.com',
        changes: [{ field: 'blocked', before: false, after: true }],
        obstacle: null,
      },
    ],
    seconds: 617,
  },
  planned: 1237,
  problem: null,
  usersPerSecond: null,
  secondsLeft: null,
  actorId: 'auth0|staff',
  actorName: 'Staff',
  isMine: true,
  createdAt: new Date().toISOString(),
  startedAt: null,
  endedAt: null,
  approval: { isNeeded: false, until: null, byId: null, byName: null, at: null, isGiven: null, comment: null },
  undo: { isPossible: false, why: 'It has changed nobody.' },
  undoOf: null,
  undoneBy: null,
  scheduleId: null,
  ...changes,
})

export const someJobUser = (changes: Partial<JobUser> = {}): JobUser => ({
  place: 1,
  userId: 'auth0|1',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  state: 'failed',
  problem: { code: 'tenant-refused', message: 'The tenant said no.' },
  attempts: 2,
  runId: null,
  endedAt: new Date().toISOString(),
  ...changes,
})

const now = () => new Date().toISOString()

/** A server with one job, which is steered as the real one is; what else it is asked for is `others`' to answer. */
export function fakeJobs(
  first: Job = someJob(),
  { users = [] as JobUser[], others = undefined as Answers | undefined } = {},
) {
  let job = first
  const sent: [request: string, body: unknown][] = []
  const move = (changes: Partial<Job>) => (job = { ...job, ...changes })
  const begin = () => move({ phase: 'running', startedAt: job.startedAt ?? now() })
  const steps: Record<string, (body: Record<string, unknown>) => unknown> = {
    start: () =>
      job.approval.isNeeded
        ? move({ phase: 'waiting-for-approval', approval: { ...job.approval, until: now() } })
        : begin(),
    approve: begin,
    refuse: ({ comment }) =>
      move({
        phase: 'cancelled',
        approval: { ...job.approval, isGiven: false, byName: 'Staff', comment: String(comment) },
      }),
    pause: () => move({ phase: 'paused' }),
    resume: begin,
    retry: () => (begin(), move({ counts: { ...job.counts, waiting: job.counts.failed, failed: 0 } })),
    cancel: () => move({ phase: 'cancelled', endedAt: now() }),
    speed: ({ speed }) => move({ speed: Number(speed) }),
  }
  const answers = ((request, signal, body, key) => {
    const [method, path = ''] = request.split(' ')
    const url = new URL(path, 'http://localhost')
    const [, , noun, id, step] = url.pathname.split('/')
    if (noun !== 'jobs') return others?.(request, signal, body, key) ?? problem(404, 'There is no such thing.')
    if (method === 'POST') sent.push([request, body])
    if (method === 'POST' && id === undefined) return json(job)
    if (id === undefined) {
      const phase = url.searchParams.get('phase')
      return json({ jobs: phase === null || phase === job.phase ? [job] : [], next: null })
    }
    if (id !== job.jobId && id !== undoingId) return problem(404, 'There is no such job.', 'job-not-found')
    if (step === 'users') {
      const state = url.searchParams.get('state')
      return json({ users: users.filter((user) => state === null || user.state === state), next: null })
    }
    if (step === 'unmatched') return json({ entries: [{ entry: 'nobody@example.com', why: 'nobody' }] })
    if (step === 'drift') {
      return json({ plannedAt: job.createdAt, departed: 2, changed: 0, noLongerMatching: 1, users: [] })
    }
    if (step === 'undo') return json({ ...job, jobId: undoingId, undoOf: jobId })
    if (step !== undefined) {
      const { users: number } = (body ?? {}) as { users?: number }
      if (number !== undefined && number !== job.counts.waiting) {
        return problem(409, `It would be done to ${job.counts.waiting} users.`, 'count-differs')
      }
      steps[step]?.((body ?? {}) as Record<string, unknown>)
    }
    return json(job)
  }) satisfies Answers
  return { answers: answers as Answers, sent, move, get: () => job }
}
