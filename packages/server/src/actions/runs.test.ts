import { randomUUID } from 'node:crypto'
import { openDatabase, sql } from '@rollcall/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyAudit } from '../audit/verify-audit.ts'
import { openStore, type Store } from '../store/open-store.ts'
import { storableJson } from '../store/storable.ts'
import { emptyDatabase } from '../testing/start-server.ts'
import { auditRun } from './audit-run.ts'
import { openRuns } from './runs.ts'
import type { EndedRun, NewRun, RunRow, WantedRun } from './runs.store.ts'

/** Runs that are begun and ended many at a time, as those of a job are, at two servers. */
let stores: Store[]
let url: string
beforeAll(async () => {
  url = await emptyDatabase()
  stores = [await openStore(url), await openStore(url)]
})
afterAll(() => Promise.all(stores.map((store) => store.close())))

const runsOf = (server = 0) => openRuns((stores[server] as Store).db, 25_000)
const query = async <Row>(text: string) => (await sql.raw<Row>(text).execute((stores[0] as Store).db)).rows

let made = 0
const people = (count: number) => Array.from({ length: count }, () => `auth0|${++made}`)
const origin = { actorKind: 'person', ip: null, userAgent: null, requestId: null, tenant: 'https://tenant.example' } as const // prettier-ignore
function wanted(userId: string, special: Partial<NewRun> = {}, latestSeq = 0): WantedRun {
  const run = {
    run_id: randomUUID(),
    action: 'user.edit',
    user_id: userId,
    actor_id: 'auth0|staff',
    reason: null,
    origin: storableJson(origin),
    before: storableJson({ name: 'Before' }),
    wanted: storableJson({ name: 'After' }),
    undo: storableJson({ why: 'It is a test.' }),
    steps: '[]',
    undo_of: null,
    idempotency_key: null,
    request_hash: null,
    ...special,
  }
  return { run, latestSeq, entry: (begun) => auditRun(begun, { phase: 'started', changes: [] }) }
}
const changes = [{ field: 'name', before: 'Before', after: 'After' }]
const ended = (run: Pick<RunRow, 'run_id'>): EndedRun => ({
  runId: run.run_id,
  phase: 'done',
  changes,
  failure: null,
  steps: [],
  entry: (row) => auditRun(row, { phase: 'done', changes }),
})
const begunOf = (claim: unknown): RunRow => {
  expect(claim).toMatchObject({ run: { phase: 'started' } })
  return (claim as { run: RunRow }).run
}
const entriesOf = (userIds: readonly string[]) =>
  query<{ subject: string; phase: string }>(
    `SELECT entry->>'subjectId' AS subject, entry->>'phase' AS phase FROM audit_log
     WHERE entry->>'subjectId' = ANY ('{${userIds.map((id) => `"${id}"`).join(',')}}') ORDER BY seq`,
  )
const settled = async (all: Promise<unknown>[]) =>
  (await Promise.allSettled(all)).map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))
const logIsWhole = async () => expect((await verifyAudit(stores[0] as Store)).faults).toEqual([])

test('many that begin and end at once are recorded like one after the other, in the order they came', async () => {
  const userIds = people(40)
  const runs = runsOf()
  const claims = await Promise.all(userIds.map((userId) => runs.claim(wanted(userId))))
  expect(claims.map((claim) => begunOf(claim).user_id)).toEqual(userIds)
  expect(await entriesOf(userIds)).toEqual(userIds.map((subject) => ({ subject, phase: 'started' })))
  const rows = await Promise.all(claims.map((claim) => runs.end(ended(begunOf(claim)))))
  expect(rows.map((row) => [row?.user_id, row?.phase, row?.changes])).toEqual(userIds.map((id) => [id, 'done', changes]))
  expect((await entriesOf(userIds)).slice(userIds.length)).toEqual(userIds.map((subject) => ({ subject, phase: 'done' })))
  const latest = await Promise.all([...userIds, 'auth0|nobody'].map(runs.findLatest))
  expect(latest.map((run) => run?.run_id)).toEqual([...rows.map((row) => row?.run_id), undefined])
  await logIsWhole()
}) // prettier-ignore

test('one that the database does not take fails alone', async () => {
  const userIds = people(6)
  const spoilt = { reason: 'with a \0 in it' }
  const runs = runsOf()
  const claims = await settled(userIds.map((id, place) => runs.claim(wanted(id, place === 3 ? spoilt : {}))))
  expect(claims.map((claim) => typeof claim)).toEqual(userIds.map((_id, place) => (place === 3 ? 'string' : 'object')))
  const begun = userIds.filter((_id, place) => place !== 3)
  expect((await entriesOf(userIds)).map(({ subject }) => subject).sort()).toEqual(begun.sort())
  await logIsWhole()
})

test('one of which nothing can be told to the audit log fails alone', async () => {
  const userIds = people(5)
  const runs = runsOf()
  const asked = userIds.map((id) => wanted(id))
  const untold = asked[2] as WantedRun
  untold.entry = () => undefined as never
  const claims = await settled(asked.map(runs.claim))
  expect(claims.map((claim) => typeof claim)).toEqual(['object', 'object', 'string', 'object', 'object'])
  expect(await entriesOf(userIds)).toHaveLength(4)
  expect(await runs.findLatest(userIds[2] ?? '')).toBeUndefined()
})

test('of two that begin with one user, or with one key, one comes first; the others are untouched by it', async () => {
  const [first = '', twice = '', other = '', last = ''] = people(4)
  const runs = runsOf()
  const key = { idempotency_key: randomUUID(), request_hash: 'same' }
  const asked = [wanted(first), wanted(twice), wanted(twice), wanted(other, key), wanted(last, key)]
  const claims = await Promise.all(asked.map(runs.claim))
  expect(claims.map((claim) => (typeof claim === 'string' ? claim : 'begun'))).toEqual([
    'begun',
    'begun',
    'overtaken',
    'begun',
    'key taken',
  ])
  const byKey = ['auth0|nobody', 'auth0|staff', 'auth0|staff'].map((actorId) => runs.findByKey({ actorId, key: key.idempotency_key })) // prettier-ignore
  expect((await Promise.all(byKey)).map((run) => run?.user_id)).toEqual([undefined, other, other])
})

test('what was undone already, or has been changed since, is told to those alone whom it is about', async () => {
  const userIds = people(4)
  const runs = runsOf()
  const before = await Promise.all(userIds.map(async (id) => begunOf(await runs.claim(wanted(id)))))
  for (const run of before) await runs.end(ended(run))
  const undoOf = (place: number) => ({ undo_of: before[place]?.run_id ?? null })
  const [one = '', two = '', three = '', four = ''] = userIds
  const seq = (place: number) => before[place]?.seq ?? 0
  await runs.end(ended(begunOf(await runs.claim(wanted(two, undoOf(1), seq(1))))))
  const latest = (await runs.findLatest(two))?.seq
  const claims = await Promise.all([
    runs.claim(wanted(one, undoOf(0), seq(0))),
    runs.claim(wanted(two, undoOf(1), latest)),
    runs.claim(wanted(three, {}, seq(2) - 1)),
    runs.claim(wanted(four, undoOf(3), seq(3))),
  ])
  expect(claims.map((claim) => (typeof claim === 'string' ? claim : 'begun'))).toEqual([
    'begun',
    'undone',
    'overtaken',
    'begun',
  ])
})

test('two servers that begin with the same users share them, and record each once', async () => {
  const userIds = people(60)
  const servers = [runsOf(0), runsOf(1)]
  const claims = await Promise.all(
    servers.map((runs, place) =>
      Promise.all((place === 0 ? userIds : [...userIds].reverse()).map((userId) => runs.claim(wanted(userId)))),
    ),
  )
  const begun = claims.flat().flatMap((claim) => (typeof claim === 'string' ? [] : [claim.run]))
  expect(begun.map((run) => run.user_id).sort()).toEqual([...userIds].sort())
  const bothEnd = await Promise.all(servers.map((runs) => Promise.all(begun.map((run) => runs.end(ended(run))))))
  expect(bothEnd.flat().map((row) => row?.phase)).toEqual([...begun, ...begun].map(() => 'done'))
  const entries = await entriesOf(userIds)
  expect(entries.filter(({ phase }) => phase === 'started')).toHaveLength(userIds.length)
  expect(entries.filter(({ phase }) => phase === 'done')).toHaveLength(userIds.length)
  await logIsWhole()
})

/** Whatever is in the transaction, the commit is what fails. */
async function withFailingCommit(failure: string, work: () => Promise<void>): Promise<void> {
  const root = openDatabase<object>({ url, schema: 'rollcall', poolSize: 1 })
  const run = (text: string) => sql.raw(text).execute(root.db)
  await run(`CREATE FUNCTION fail_at_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN ${failure}; RETURN NULL; END $$`)
  await run(`CREATE CONSTRAINT TRIGGER fails AFTER INSERT OR UPDATE ON action_runs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.reason = 'fails') EXECUTE FUNCTION fail_at_commit()`)
  try {
    await work()
  } finally {
    await run('DROP TRIGGER fails ON action_runs')
    await run('DROP FUNCTION fail_at_commit')
    await root.close()
  }
} // prettier-ignore

test('when the commit of many is refused for one of them, the others are begun, and nothing is recorded of that one', async () => {
  await withFailingCommit(`RAISE EXCEPTION 'not this one'`, async () => {
    const userIds = people(8)
    const runs = runsOf()
    const claims = await settled(userIds.map((id, place) => runs.claim(wanted(id, place === 5 ? { reason: 'fails' } : {}))))
    expect(claims[5]).toMatch('not this one')
    const begun = userIds.filter((_id, place) => place !== 5)
    expect((await entriesOf(userIds)).map(({ subject }) => subject).sort()).toEqual(begun.sort())
  })
  await logIsWhole()
}) // prettier-ignore

test('when the connection breaks at the commit of many, none is begun, each is told, and all can begin again', async () => {
  const userIds = people(8)
  const runs = runsOf()
  await withFailingCommit('PERFORM pg_terminate_backend(pg_backend_pid())', async () => {
    const claims = await settled(userIds.map((id, place) => runs.claim(wanted(id, place === 5 ? { reason: 'fails' } : {}))))
    expect(claims).toEqual(userIds.map(() => expect.stringMatching(/terminat/)))
    expect(await entriesOf(userIds)).toEqual([])
  })
  for (const claim of await Promise.all(userIds.map((id) => runs.claim(wanted(id))))) begunOf(claim)
  expect(await entriesOf(userIds)).toHaveLength(userIds.length)
  await logIsWhole()
}) // prettier-ignore
