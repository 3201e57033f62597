import { gunzipSync, gzipSync } from 'node:zlib'
import { sql } from '@rollcall/database'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { differences } from './testing/differences.ts'
import { startDirectories, type Carry, type TestDirectories } from './testing/start-directory.ts'

/** Fills on bad days: the tenant is real, and what travels between is spoiled on the way. */
const users = 1201
/** Three transactions. */
const rowsAtOnce = 500
let all: TestDirectories
beforeAll(async () => {
  all = await startDirectories({ demoUsers: users - 1 })
}, 60_000)
afterEach(async () => {
  for (const directory of all.directories.splice(0)) await directory.close()
  // As if nothing had ever been copied.
  await sql`UPDATE directory_state SET tenant = 'https://elsewhere.example', fill = NULL`.execute(all.store.db)
})
afterAll(() => all.close())

const db = () => all.bothSides
const isExport = (url: string) => url.includes('/exports/')
const isJob = (url: string) => /\/jobs\/job_/.test(url)

/** @param carry what befalls each exchange */
function start(carry: Carry) {
  const problems: string[] = []
  const directory = all.directory({ tenant: all.clientThrough(carry), rowsAtOnce })
  directory.changes.subscribe((change) => {
    if (change.kind === 'progress' && change.status.problem) problems.push(change.status.problem.code)
  })
  directory.start()
  return {
    directory,
    problems,
    isFilled: () => expect.poll(() => directory.status(), { timeout: 15_000 }).toMatchObject({ state: 'current', pending: 0, problem: null }), // prettier-ignore
  }
}

async function linesOf(response: Response): Promise<string[]> {
  return gunzipSync(await response.arrayBuffer())
    .toString()
    .split('\n')
}

test('letters of many bytes are whole however the download is cut, packed or not', async () => {
  const { isFilled } = start(async (url, ask) => {
    if (!isExport(url)) return ask()
    const text = gunzipSync(await (await ask()).arrayBuffer())
    const pieces = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < text.length; at += 997) controller.enqueue(text.subarray(at, at + 997))
        controller.close()
      },
    })
    return new Response(pieces)
  })
  await isFilled()
  expect(await differences(db())).toEqual([])
  const { rows } = await sql<{ wide: number }>`SELECT count(*) AS wide FROM users WHERE name ~ '[^ -~]'`.execute(db())
  expect(rows[0]?.wide).toBeGreaterThan(100)
})

test('a download that breaks off goes on from there, though somebody has left in between', async () => {
  let downloads = 0
  let jobs = 0
  const { problems, isFilled } = start(async (url, ask) => {
    if (url.endsWith('/users-exports')) jobs += 1
    if (!isExport(url)) return ask()
    downloads += 1
    const whole = await ask()
    if (downloads > 1) return whole
    const lines = await linesOf(whole)
    // The oldest user, on the first line: all others move up one.
    const { user_id: oldest } = JSON.parse(lines[0] ?? '') as { user_id: string }
    const packed = gzipSync(lines.join('\n'))
    await all.manage('DELETE', `/users/${encodeURIComponent(oldest)}`)
    return new Response(packed.subarray(0, Math.floor(packed.length * 0.9)))
  })
  await isFilled()
  expect([downloads, jobs]).toEqual([2, 1])
  expect(problems.length).toBeGreaterThan(0)
  await expect.poll(() => differences(db())).toEqual([])
})

test('a server that dies half-way is followed by one that goes on', async () => {
  const first = start(async (url, ask) => {
    if (!isExport(url)) return ask()
    const text = (await linesOf(await ask())).slice(0, 700).join('\n')
    const endless = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from(`${text}\n`)),
    })
    return new Response(endless)
  })
  await expect.poll(() => first.directory.status(), { timeout: 15_000 }).toMatchObject({ state: 'filling', fill: { users: { done: expect.toSatisfy((done: number) => done >= rowsAtOnce), total: expect.any(Number) } } }) // prettier-ignore
  await first.directory.close()
  let jobs = 0
  const second = start((url, ask) => {
    if (url.endsWith('/users-exports')) jobs += 1
    return ask()
  })
  await second.isFilled()
  expect(jobs).toBe(0)
  await expect.poll(() => differences(db())).toEqual([])
})

test('rows that are not understood stop nothing, and nobody is taken out for one', async () => {
  const spoil = (lines: string[]) => {
    const user = (at: number) => JSON.parse(lines[at] ?? '') as Record<string, unknown>
    lines[10] = 'not json at all'
    lines[20] = JSON.stringify({ ...user(20), created_at: undefined })
    lines[30] = JSON.stringify({ ...user(30), created_at: '0000-01-01T00:00:00.000Z' }) // PostgreSQL has no such year
    lines[40] = JSON.stringify({ ...user(40), logins_count: 2 ** 40 })
    return lines
  }
  let spoils = false
  const { directory, isFilled } = start(async (url, ask) => {
    if (!isExport(url) || !spoils) return ask()
    return new Response(gzipSync(spoil(await linesOf(await ask())).join('\n')))
  })
  await isFilled()
  spoils = true
  const { filledAt } = await directory.status()
  await sql`INSERT INTO pending (kind, id, noted, since) VALUES ('fill', 'test', nextval('pending_notes'), now())`.execute(db()) // prettier-ignore
  await expect.poll(async () => (await directory.status()).filledAt, { timeout: 15_000 }).not.toEqual(filledAt)
  await isFilled()
  expect(await differences(db())).toEqual([])
})

test.each([
  ['a link that has expired', (url: string) => (isExport(url) ? new Response('', { status: 403 }) : undefined), 'export-link-expired'],
  ['a job that fails', (url: string) => (isJob(url) ? Response.json({ id: 'job_1', type: 'users_export', status: 'failed' }) : undefined), 'export-failed'],
  ['a job that is forgotten', (url: string) => (isJob(url) ? Response.json({ statusCode: 404, error: 'Not Found', message: 'Job not found.', errorCode: 'inexistent_job' }, { status: 404 }) : undefined), 'job-not-found'],
  ['a tenant that is out of order', (url: string) => (url.includes('/api/v2/') ? Response.json({ statusCode: 500, error: 'x', message: 'Out of order' }, { status: 500 }) : undefined), 'tenant-failed'],
] as const)('%s is told as the problem, and is over when it has passed', { timeout: 40_000 }, async (_what, spoil, code) => {
  let isBad = true
  const { directory, isFilled } = start(async (url, ask) => (isBad ? spoil(url) : undefined) ?? ask())
  await expect.poll(async () => (await directory.status()).problem?.code, { timeout: 15_000 }).toBe(code)
  isBad = false
  await isFilled()
  expect(await differences(db())).toEqual([])
}) // prettier-ignore

test('a second fill takes out who has left unseen, and writes only what has changed', async () => {
  const { directory, isFilled } = start((_url, ask) => ask())
  await isFilled()
  await sql`INSERT INTO users (user_id, created_at, updated_at, reading) SELECT 'ghost|' || n, now(), now(), 0 FROM generate_series(1, 2500) AS n`.execute(db()) // prettier-ignore
  await sql`INSERT INTO user_search (user_id, created_at, txt) SELECT user_id, created_at, '' FROM users WHERE reading = 0`.execute(db()) // prettier-ignore
  await sql`UPDATE users SET name = 'Spoiled' WHERE user_id IN (SELECT user_id FROM users WHERE reading > 0 LIMIT 3)`.execute(db()) // prettier-ignore
  const before = await sql<{ newest: number }>`SELECT max(reading) AS newest FROM users`.execute(db())
  await sql`INSERT INTO pending (kind, id, noted, since) VALUES ('fill', 'test', nextval('pending_notes'), now())`.execute(db()) // prettier-ignore
  const { filledAt } = await directory.status()
  await expect.poll(async () => (await directory.status()).filledAt, { timeout: 15_000 }).not.toEqual(filledAt)
  expect(await differences(db())).toEqual([])
  const { rows } = await sql`SELECT user_id FROM users WHERE reading > ${before.rows[0]?.newest ?? 0}`.execute(db())
  expect(rows).toHaveLength(3)
})
