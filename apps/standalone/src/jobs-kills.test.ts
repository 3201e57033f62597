import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Job } from '@rollcall/contracts/admin-api'
import { openDatabase, sql, type Database } from '@rollcall/database'
import { openStore, verifyAudit } from '@rollcall/server'
import { createRandom } from '@rollcall/test-kit/random'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFallible, type Fallible } from './testing/start-fallible.ts'

/** Longer and again: `FAULT_SECONDS=120 FAULT_SEED=7 npm test -- --unit jobs-kills`. */
const seconds = Number(process.env.FAULT_SECONDS ?? 5)
const seed = Number(process.env.FAULT_SEED ?? randomInt(2 ** 31))
const about = `FAULT_SEED=${seed} FAULT_SECONDS=${seconds}`
const users = 150

let all: Fallible
let database: Database<never>
beforeAll(async () => {
  all = await startFallible({ demoUsers: users })
  database = openDatabase<never>({ url: all.database.url, schema: 'public' })
  for (const server of all.servers) await server.isReady()
}, 120_000)
afterAll(async () => {
  await database.close()
  await all.close()
}, 60_000)

const query = async <Row>(text: string) => (await sql.raw<Row>(text).execute(database.db)).rows
let asked = 0
/** At whichever server is there. */
const ask = async (path: string, body?: unknown): Promise<Job> => {
  const url = `${all.servers[asked++ % all.servers.length]?.url}/api/jobs${path}`
  const headers = { authorization: `Bearer ${all.staffToken}`, 'content-type': 'application/json' }
  const response = await fetch(url, body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) }) // prettier-ignore
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return Job.parse(await response.json())
}
const reaches = (jobId: string, phase: Job['phase']) =>
  expect.poll(async () => (await ask(`/${jobId}`).catch(() => undefined))?.phase, { timeout: 150_000, interval: 200, message: about }).toBe(phase) // prettier-ignore

test('whatever is killed, two servers do a job to everybody once: the tenant, the job and the audit log agree', { timeout: seconds * 1000 + 400_000 }, async ({ annotate }) => {
  await annotate(about)
  const random = createRandom(seed)
  const rows = await query<{ user_id: string }>(`SELECT user_id FROM tenant.users ORDER BY user_id LIMIT ${users}`)
  const ids = rows.map((row) => row.user_id)
  await expect.poll(() => query(`SELECT count(*) AS users FROM rollcall.users WHERE user_id = ANY ('{${ids.map((id) => `"${id}"`).join(',')}}')`), { timeout: 60_000 }).toEqual([{ users: ids.length }])
  const { jobId } = await ask('', { action: 'user.edit', params: { appMetadata: { job: seed } }, selection: { kind: 'list', entries: ids }, speed: 20 })
  await reaches(jobId, 'planned')
  await ask(`/${jobId}/start`, { users: ids.length })

  const mortals = [all.tenant, ...all.servers]
  const endsAt = performance.now() + seconds * 1000
  let hasDatabaseDied = false
  while (performance.now() < endsAt || mortals.some(({ kills }) => kills === 0)) {
    const victim = random.pick(mortals)
    await victim.isReady()
    await sleep(random.below(1200)) // the moment of the kill is what is tried
    await victim.kill()
    if (hasDatabaseDied || performance.now() < endsAt - seconds * 500) continue
    hasDatabaseDied = true
    await all.database.kill()
  }
  const atWork = await ask(`/${jobId}`).catch(() => undefined)
  for (const mortal of [...mortals, all.database]) await mortal.isReady()
  await reaches(jobId, 'done')

  expect(await query(`SELECT state, code, count(*) AS users FROM rollcall.job_users WHERE job_id = '${jobId}' GROUP BY 1, 2`), about).toEqual([{ state: 'done', code: null, users: ids.length }])
  expect(await query(`SELECT count(*) AS users FROM tenant.users WHERE app_metadata->'job' = '${seed}'`), about).toEqual([{ users: ids.length }])
  const twice = `SELECT user_id, array_agg(phase ORDER BY seq) FROM rollcall.action_runs WHERE origin->>'jobId' = '${jobId}' GROUP BY 1 HAVING count(*) FILTER (WHERE changes <> '[]') <> 1`
  expect(await query(twice), about).toEqual([])
  const told = `SELECT count(DISTINCT entry->>'subjectId') AS users, count(*) AS entries FROM rollcall.audit_log WHERE entry->>'jobId' = '${jobId}' AND entry->>'action' = 'user.edit' AND (entry->'changes')::text <> '[]' AND entry->>'phase' <> 'started'`
  expect(await query(told), about).toEqual([{ users: ids.length, entries: ids.length }])
  const store = await openStore(all.database.url)
  expect((await verifyAudit(store)).faults, about).toEqual([])
  await store.close()
  const kills = Object.fromEntries([...mortals, all.database].map((mortal) => [mortal.name, mortal.kills]))
  await annotate(JSON.stringify({ about, kills, doneAtTheLastKill: atWork?.counts.done }))
}) // prettier-ignore
