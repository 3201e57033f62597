import { randomInt } from 'node:crypto'
import { Job } from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import { openStore, verifyAudit } from '@rollcall/server'
import { createRandom } from '@rollcall/test-kit/random'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openFaultProxy, type FaultProxy } from './testing/fault-proxy.ts'
import { startStaffed, type Staffed } from './testing/start-staffed.ts'

/** Longer and again: `FAULT_SEED=7 npm test -- --unit jobs-faults`. */
const seed = Number(process.env.FAULT_SEED ?? randomInt(2 ** 31))
const about = `FAULT_SEED=${seed}`

/** Jobs while everything between Rollcall and the tenant goes wrong that can: compared at the end, user by user, with tenant, job and audit log. */
let staffed: Staffed
let proxy: FaultProxy
beforeAll(async () => {
  staffed = await startStaffed({
    through: async (tenantUrl) => {
      proxy = await openFaultProxy(tenantUrl, createRandom(seed))
      return proxy.url
    },
    actions: { leaseMs: 5000 },
    deadlineMs: 2400,
    recycleBin: { key: Buffer.alloc(32, 7) },
  })
}, 60_000)
afterAll(async () => {
  await staffed.close()
  await proxy.close()
})

const crowd = async (mark: string, size: number) => {
  const ids: string[] = []
  for (let made = 0; made < size; made += 1) ids.push(await staffed.signUp({ app_metadata: { mark } }))
  await expect.poll(async () => (await staffed.listed(`app_metadata.mark:${mark}`)).length).toBe(size)
  return ids
}
const read = async (jobId: string) =>
  Job.parse(await (await staffed.standalone.ask(`/api/jobs/${jobId}`, staffed.token)).json())
const reaches = (jobId: string, phases: Job['phase'][]) =>
  vi.waitFor(
    async () => {
      const job = await read(jobId)
      if (!phases.includes(job.phase)) throw new Error(`${about}: ${job.phase} ${JSON.stringify([job.counts, job.problem, proxy.counts])}`)
      return job
    },
    // Lies about the rate make a job slow, and how slow is chance.
    { timeout: 200_000, interval: 100 },
  ) // prettier-ignore

const failuresOf = async (jobId: string) => {
  const { rows } =
    await sql`SELECT user_id, code, message, attempt, (SELECT array_agg(concat_ws(' ', phase, failure->>'code', wanted) ORDER BY seq) FROM action_runs r WHERE r.user_id = u.user_id) AS runs
    FROM job_users u WHERE job_id = ${jobId} AND state = 'failed'`.execute(staffed.db.db)
  return rows
}

/** What the audit log says was changed of each, whichever run it was in. */
const changed = async (jobId: string, field: string) => {
  const { rows } = await sql<{ user_id: string; times: number }>`
    SELECT entry->>'subjectId' AS user_id, count(*) AS times FROM audit_log
    WHERE entry->>'jobId' = ${jobId} AND (entry->'changes')::jsonb @? ${`$[*] ? (@.field == "${field}")`}::jsonpath AND entry->>'phase' <> 'started' GROUP BY 1`.execute(staffed.db.db) // prettier-ignore
  return new Map(rows.map(({ user_id: id, times }) => [id, times]))
}

test('whatever befalls the way to the tenant, a job does everybody once, and the tenant, the job and the log agree', async ({ annotate }) => {
  await annotate(about)
  const ids = await crowd('storm', 30)
  const { body } = await staffed.staff.post('/jobs', { action: 'user.block', params: { revokeRefreshTokens: true }, selection: { kind: 'list', entries: ids } })
  const { jobId } = await reaches(Job.parse(body).jobId, ['planned'])
  proxy.disturb(10)
  await staffed.staff.post(`/jobs/${jobId}/start`, { users: 30 })
  const over = await reaches(jobId, ['done'])
  proxy.disturb(0)

  const { rows } = await sql<{ user_id: string; blocked: boolean }>`SELECT user_id, coalesce(blocked, false) AS blocked FROM tenant.users WHERE user_id = ANY (${ids}::text[])`.execute(staffed.db.db)
  const blocked = rows.filter((row) => row.blocked).map((row) => row.user_id)
  expect(await failuresOf(jobId), about).toEqual([])
  expect(over.counts, about).toMatchObject({ users: 30, failed: 0, waiting: 0 })
  expect(blocked.sort(), about).toEqual(ids.toSorted())
  expect([...(await changed(jobId, 'blocked'))].sort(), about).toEqual(ids.map((id) => [id, 1]).sort())
  const met = Object.values(proxy.counts).filter((count) => count > 0).length
  expect(met, `${about}: ${JSON.stringify(proxy.counts)}`).toBeGreaterThanOrEqual(4)
  await annotate(JSON.stringify({ counts: over.counts, faults: proxy.counts }))

  const store = await openStore(staffed.standalone.databaseUrl)
  expect((await verifyAudit(store)).faults).toEqual([])
  await store.close()
}, 260_000) // prettier-ignore

test('many are deleted through the same storm, each kept in the recycle bin and gone from the tenant', async () => {
  const ids = await crowd('gone', 8)
  const { body } = await staffed.staff.post('/jobs', { action: 'user.delete', selection: { kind: 'list', entries: ids } })
  const { jobId } = await reaches(Job.parse(body).jobId, ['planned'])
  proxy.disturb(10)
  await staffed.staff.post(`/jobs/${jobId}/start`, { users: 8 })
  const over = await reaches(jobId, ['done'])
  proxy.disturb(0)
  const { rows } = await sql<{ left: number; kept: number }>`SELECT
    (SELECT count(*) FROM tenant.users WHERE user_id = ANY (${ids}::text[])) AS left,
    (SELECT count(DISTINCT d.user_id) FROM deleted_users d JOIN action_runs r USING (run_id) WHERE r.phase = 'done' AND d.user_id = ANY (${ids}::text[])) AS kept`.execute(staffed.db.db)
  expect(await failuresOf(jobId), about).toEqual([])
  expect([over.counts, rows], about).toMatchObject([{ users: 8, failed: 0, waiting: 0 }, [{ left: 0, kept: 8 }]])
}, 260_000) // prettier-ignore
