import type { ActionRun, FieldChange, User } from '@rollcall/contracts/admin-api'
import { json, problem, wholeUser } from './mount-page.ts'
import type { Answers } from './mount-page.ts'

type Fields = Record<string, unknown>

/** The fields that each action changes, from what it is told. */
const actions: Record<string, (params: Fields) => Fields> = {
  'user.block': () => ({ blocked: true, sessions: 0 }),
  'user.unblock': () => ({ blocked: false }),
  'user.edit': ({ userMetadata, appMetadata, givenName, ...plain }) => ({
    ...plain,
    ...(givenName !== undefined && { given_name: givenName }),
    ...Object.fromEntries(Object.entries(userMetadata ?? {}).map(([key, value]) => [`user_metadata.${key}`, value])),
    ...Object.fromEntries(Object.entries(appMetadata ?? {}).map(([key, value]) => [`app_metadata.${key}`, value])),
  }),
  'user.resend-verification': () => ({}),
  'user.end-sessions': () => ({ sessions: 0 }),
  'user.delete': () => ({ user: null }),
}
const final = new Set(['user.delete', 'user.end-sessions', 'user.resend-verification'])

/** A server with one user to whom things are done; it refuses and undoes as the real one. */
export function fakeActions({ needsReason = [] as string[], further = [] as string[] } = {}) {
  const fields: Fields = { name: 'Ada Lovelace', given_name: 'Ada', nickname: 'ada', blocked: false, sessions: 2, user: { email: 'ada@example.com' }, 'user_metadata.theme': 'dark' } // prettier-ignore
  const runs: { run: ActionRun; body: Fields | undefined }[] = []
  const keys: string[] = []
  let isGone = false
  let broken: (() => Response) | undefined

  const read = (names: string[]) => Object.fromEntries(names.map((name) => [name, fields[name] ?? null]))
  const changesBetween = (before: Fields, after: Fields): FieldChange[] =>
    Object.keys(before)
      .map((field) => ({ field, before: before[field], after: after[field] ?? null }))
      .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after))
  const user = (): User =>
    wholeUser({
      name: String(fields.name),
      givenName: String(fields.given_name),
      isBlocked: fields.blocked === true,
      userMetadata: Object.fromEntries(
        Object.entries(fields).flatMap(([field, value]) =>
          field.startsWith('user_metadata.') && value !== null ? [[field.slice(14), value]] : [],
        ),
      ),
    })
  const refuse = (status: number, code: string, detail: string, differences: FieldChange[] = []) =>
    problem(status, detail, code, { differences })

  function perform(name: string, wanted: Fields, body: Fields | undefined, undoOf: string | null) {
    const changes = changesBetween(read(Object.keys(wanted)), wanted)
    Object.assign(fields, wanted)
    isGone = 'user' in wanted
    const run: ActionRun = {
      runId: `00000000-0000-4000-8000-${String(runs.length + 1).padStart(12, '0')}`,
      action: name,
      userId: 'auth0|1',
      actorId: 'auth0|staff',
      phase: 'done',
      reason: typeof body?.reason === 'string' ? body.reason : null,
      startedAt: '2026-02-01T00:00:00.000Z',
      endedAt: '2026-02-01T00:00:01.000Z',
      changes,
      failure: null,
      steps: [],
      accessTokensUntil: null,
      undo: { isPossible: !final.has(name), until: null, why: null },
      undoOf,
      undoneBy: null,
    }
    runs.push({ run, body })
    return json({ run, user: isGone ? null : user(), shownOnce: null })
  }

  const answers = ((request, _signal, sent, key) => {
    if (key !== undefined) keys.push(key)
    if (broken && request.startsWith('POST')) return broken()
    const body = sent as Fields | undefined
    const [, , , , , name, step] = request.split(' ')[1]?.split('/') ?? []
    if (isGone) return refuse(404, 'user-not-found', 'There is no user auth0|1.')
    if (request === 'GET /api/users/auth0%7C1') return json(user())
    if (request === 'GET /api/users/auth0%7C1/actions') {
      return json({
        deleteAfterDays: 14,
        actions: [...Object.keys(actions), ...further].map((action) => ({
          name: action,
          isPossible: true,
          obstacle: null,
          needsReason: needsReason.includes(action),
        })),
      })
    }
    const undoing = /^POST \/api\/actions\/(.+)\/undo$/.exec(request)?.[1]
    if (undoing !== undefined) {
      const { run } = runs.find((one) => one.run.runId === undoing) ?? {}
      if (!run) return refuse(404, 'run-not-found', 'There is no such run.')
      const left = Object.fromEntries(run.changes.map(({ field, after }) => [field, after]))
      const differences = changesBetween(left, read(Object.keys(left)))
      if (needsReason.includes('undo') && !body?.reason) return refuse(400, 'reason-required', 'Say why.')
      if (differences.length > 0) return refuse(409, 'changed-since', 'It has been changed again since.', differences)
      return perform('user.edit', Object.fromEntries(run.changes.map(({ field, before }) => [field, before])), body, undoing) // prettier-ignore
    }
    const plan = actions[name ?? ''] ?? (further.includes(name ?? '') ? () => ({}) : undefined)
    if (!plan || !name) return problem(404, 'There is no such thing.')
    const wanted = plan((body?.params ?? {}) as Fields)
    if (step === 'preview') {
      return json({
        action: name,
        userId: 'auth0|1',
        changes: changesBetween(read(Object.keys(wanted)), wanted),
        warnings: [{ code: 'w', message: `What is surprising about ${name}.` }],
        obstacle: null,
        undo: { isPossible: !final.has(name), why: final.has(name) ? 'It is gone.' : null },
        needsReason: needsReason.includes(name),
        basedOn: {
          updatedAt: '2026-02-01T00:00:00.000Z',
          fields: read(Object.keys(wanted).filter((field) => field !== 'sessions')),
        },
      })
    }
    const seen = (body?.basedOn as { fields: Fields } | undefined)?.fields ?? {}
    const differences = changesBetween(seen, read(Object.keys(seen)))
    if (differences.length > 0) return refuse(409, 'user-changed', 'This user was changed meanwhile.', differences)
    return perform(name, wanted, body, null)
  }) satisfies Answers

  return {
    answers: answers as Answers,
    runs,
    /** The keys that requests came with. */
    keys,
    fields,
    /** What every write is answered with. */
    breakDown: (answer: (() => Response) | undefined) => (broken = answer),
    leave: () => (isGone = true),
  }
}
