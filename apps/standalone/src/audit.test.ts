import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { AuditPage } from '@rollcall/contracts/admin-api'
import { openDatabase, sql } from '@rollcall/database'
import { openStore, verifyAudit, type Store } from '@rollcall/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { actionsOf } from './testing/do-actions.ts'
import { manages } from './testing/manage.ts'
import { startStandalone, type TestStandalone } from './testing/start-standalone.ts'

/** The log of what staff did: who may read it, and that nobody can change it unnoticed. */
let standalone: TestStandalone
let token: string
let people: string[]
/** The server's own connection. */
let store: Store
/** A superuser's, who can do what the server cannot. */
let root: ReturnType<typeof openDatabase<object>>
beforeAll(async () => {
  standalone = await startStandalone({ directory: 'live' })
  const { audience, m2m } = standalone.tenant.credentials
  token = await standalone.token({ audience, ...m2m })
  store = await openStore(standalone.databaseUrl)
  root = openDatabase<object>({ url: standalone.databaseUrl, schema: 'rollcall', poolSize: 1 })
  const manage = manages(standalone.tenant)
  const staff = actionsOf({ url: standalone.url, token })
  people = []
  for (const name of ['Ada', 'Grace', '=1+2']) {
    const account = { connection: 'Username-Password-Authentication', password: 'Correct-Horse-9-Battery' }
    const { body } = await manage('POST', '/users', { ...account, email: `${people.length}@example.com`, name })
    people.push((body as { user_id: string }).user_id)
  }
  for (const userId of people) await staff.perform(userId, 'user.block', { reason: `=Reported by ${userId}` })
  await staff.perform(people[0] ?? '', 'user.unblock', { reason: 'A mistake, 100% sure' })
})
afterAll(async () => {
  await root.close()
  await store.close()
  await standalone.close()
})

const read = async (query = '') => {
  const response = await standalone.ask(`/api/audit${query}`, token)
  expect([response.status, query]).toEqual([200, query])
  return AuditPage.parse(await response.json())
}

test('the log is read page by page, newest first, and names its head', async () => {
  const all = await read()
  expect(all.entries.map(({ seq }) => seq)).toEqual([8, 7, 6, 5, 4, 3, 2, 1])
  expect(all.head).toEqual({ seq: 8, hash: all.entries[0]?.hash })
  const { clientId } = standalone.tenant.credentials.m2m
  expect(all.programs).toEqual({ [`${clientId}@clients`]: expect.stringMatching(/\w/) })
  const first = await read('?limit=5')
  const second = await read(`?limit=5&after=${first.next}`)
  expect([...first.entries, ...second.entries]).toEqual(all.entries)
  expect(second.next).toBeNull()
})

test('it is filtered by who, what, whom, how it went, when and why', async () => {
  const { entries } = await read()
  const seqs = async (query: Record<string, string>) =>
    (await read(`?${new URLSearchParams(query)}`)).entries.map(({ seq }) => seq)
  const [ada = ''] = people
  expect(await seqs({ subject: ada })).toEqual([8, 7, 2, 1])
  expect(await seqs({ action: 'user.unblock' })).toEqual([8, 7])
  expect(await seqs({ action: 'user.block', phase: 'done' })).toEqual([6, 4, 2])
  expect(await seqs({ actor: `${standalone.tenant.credentials.m2m.clientId}@clients`, limit: '1' })).toEqual([8])
  expect(await seqs({ actor: 'nobody' })).toEqual([])
  expect(await seqs({ reason: '100% SURE' })).toEqual([8, 7])
  expect(await seqs({ reason: '%' })).toEqual([8, 7])
  const from = entries.find(({ seq }) => seq === 5)?.at ?? ''
  expect(await seqs({ from })).toEqual(entries.filter(({ at }) => at >= from).map(({ seq }) => seq))
  expect(await seqs({ to: from })).toEqual(entries.filter(({ at }) => at < from).map(({ seq }) => seq))
  expect(await seqs({ from: '2999-01-01T00:00:00Z' })).toEqual([])
  expect(await seqs({ run: entries[0]?.runId.toUpperCase() ?? '' })).toEqual([8, 7])
  expect(await seqs({ job: randomUUID() })).toEqual([])
  for (const wrong of ['job=1', 'run=%00', 'after=0', 'phase=x', 'from=yesterday', 'limit=0', 'colour=red'])
    expect((await standalone.ask(`/api/audit?${wrong}`, token)).status).toBe(400)
})

test('it is exported whole, without a formula for anybody’s spreadsheet', async () => {
  const lines = (await (await standalone.ask('/api/audit/export?format=ndjson', token)).text()).trim().split('\n')
  const { entries } = await read()
  expect(lines.map((line) => JSON.parse(line))).toEqual(entries)
  const response = await standalone.ask(`/api/audit/export?action=user.block&phase=done`, token)
  expect(response.headers.get('content-type')).toContain('text/csv')
  const csv = await response.text()
  expect(csv.trim().split('\n')).toHaveLength(4)
  expect(csv).toContain(",'=Reported by")
})

/** What is refused to the server, whatever it says. */
const forbidden = [
  `UPDATE audit_log SET entry = '{}'`,
  'DELETE FROM audit_log',
  'TRUNCATE audit_log',
  'DROP TABLE audit_log',
  'ALTER TABLE audit_log DISABLE TRIGGER ALL',
  'UPDATE audit_head SET seq = 0',
  `INSERT INTO audit_log (seq, at, entry, hash) VALUES (99, now(), '{}', '')`,
]

test('the server’s own connection can add to the log, and change nothing in it', async () => {
  for (const attempt of forbidden)
    await expect(sql.raw(attempt).execute(store.db), attempt).rejects.toThrow(/permission denied|must be owner/)
  expect(await verifyAudit(store)).toMatchObject({ entries: 8, faults: [] })
})

test('not even a superuser changes it without taking the lock off first', async () => {
  for (const attempt of [`UPDATE audit_log SET entry = '{}'`, 'DELETE FROM audit_log', 'TRUNCATE audit_log'])
    await expect(sql.raw(attempt).execute(root.db), attempt).rejects.toThrow('only ever added to')
})

/** What somebody does who may do anything; undone afterwards. */
const tampered = async (statements: string[], expected?: string) => {
  const asRoot = (text: string) => sql.raw(text).execute(root.db)
  await asRoot('ALTER TABLE audit_log DISABLE TRIGGER ALL')
  await asRoot('CREATE TABLE kept AS SELECT * FROM audit_log')
  await asRoot('CREATE TABLE kept_head AS SELECT * FROM audit_head')
  for (const statement of statements) await asRoot(statement)
  const verdict = await verifyAudit(store, expected)
  await asRoot('TRUNCATE audit_log')
  await asRoot('INSERT INTO audit_log SELECT * FROM kept')
  await asRoot('UPDATE audit_head h SET seq = k.seq, at = k.at, hash = k.hash FROM kept_head k')
  await asRoot('DROP TABLE kept, kept_head')
  await asRoot('ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_is_kept')
  return verdict
}

test.each([
  ['a changed entry', [`UPDATE audit_log SET entry = replace(entry::text, 'user.block', 'user.edit')::json WHERE seq = 3`], [['changed', 3, 3]]],
  ['a letter more in an entry', [`UPDATE audit_log SET entry = (entry::text || ' ')::json WHERE seq = 3`], [['changed', 3, 3]]],
  ['a line break in an entry', [`UPDATE audit_log SET entry = (E'\\n' || entry::text)::json WHERE seq = 8`], [['changed', 8, 8]]],
  ['line breaks in two entries', [`UPDATE audit_log SET entry = replace(entry::text, ',', E',\\n')::json WHERE seq IN (3, 4)`], [['changed', 3, 3], ['changed', 4, 4]]],
  ['an entry without a hash', [`UPDATE audit_log SET hash = '' WHERE seq = 3`], [['changed', 3, 3], ['changed', 4, 4]]],
  ['another moment', [`UPDATE audit_log SET at = at + interval '1 ms' WHERE seq = 4`], [['changed', 4, 4]]],
  ['a changed entry with a new hash', [`UPDATE audit_log l SET entry = '{}', hash = sha256(convert_to(encode((SELECT hash FROM audit_log WHERE seq = 2), 'hex') || ' 3 ' || round(extract(epoch FROM at) * 1000) || ' {}', 'UTF8')) WHERE seq = 3`], [['changed', 4, 4]]],
  ['deleted entries', ['DELETE FROM audit_log WHERE seq IN (3, 4)'], [['missing', 3, 4]]],
  ['the first entry deleted', ['DELETE FROM audit_log WHERE seq = 1'], [['missing', 1, 1]]],
  ['the last entries deleted', ['DELETE FROM audit_log WHERE seq > 6'], [['missing', 7, 8]]],
  ['all of it deleted', ['DELETE FROM audit_log'], [['missing', 1, 8]]],
  ['two that changed places', ['UPDATE audit_log SET seq = CASE seq WHEN 3 THEN -4 ELSE -3 END WHERE seq IN (3, 4)', 'UPDATE audit_log SET seq = -seq WHERE seq < 0'], [['changed', 3, 3], ['changed', 4, 4], ['changed', 5, 5]]],
  ['deleted and numbered anew', ['DELETE FROM audit_log WHERE seq = 3', 'UPDATE audit_log SET seq = -seq + 1 WHERE seq > 3', 'UPDATE audit_log SET seq = -seq WHERE seq < 0'], [['changed', 3, 3], ['changed', 4, 4], ['changed', 5, 5], ['changed', 6, 6], ['changed', 7, 7], ['missing', 8, 8]]],
  ['another head', [`UPDATE audit_head SET hash = sha256('x')`], [['head', 8, 8]]],
] as const)('%s is found, and where', async (_what, statements, faults) => {
  const verdict = await tampered([...statements])
  expect(verdict.faults.map(({ kind, from, to }) => [kind, from, to])).toEqual(faults.map((fault) => [...fault]))
}) // prettier-ignore

test('entries cut off together with the head are found by a hash that was noted elsewhere', async () => {
  const { head } = await read()
  const cut = ['DELETE FROM audit_log WHERE seq > 6', 'UPDATE audit_head h SET seq = l.seq, at = l.at, hash = l.hash FROM audit_log l WHERE l.seq = 6'] // prettier-ignore
  expect(await tampered(cut)).toMatchObject({ faults: [], expectedAt: undefined })
  expect(await tampered(cut, head.hash)).toMatchObject({ expectedAt: undefined })
  expect(await verifyAudit(store, head.hash)).toMatchObject({ faults: [], expectedAt: 8 })
})

test('the command says whether all is as it was recorded, and ends with it', async () => {
  const command = async (...args: string[]) => {
    const program = fileURLToPath(new URL('audit.ts', import.meta.url))
    const env = { ...process.env, DATABASE_URL: standalone.databaseUrl }
    const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number]
    return { code, said }
  }
  const { head } = await read()
  const [good, cut] = await Promise.all([
    command('verify', '--expect', head.hash.toUpperCase()),
    command('verify', '--expect', 'f'.repeat(64)),
  ])
  expect(good).toEqual({ code: 0, said: expect.stringContaining('8 entries, all as they were recorded') })
  expect(good.said).toContain('that of entry 8')
  expect(good.said).toContain(`Head: 8 ${head.hash}`)
  expect(cut).toEqual({ code: 1, said: expect.stringContaining('No entry has the hash ffff') })
}, 60_000)

test('many that append at once make one chain', async () => {
  const entry = JSON.stringify({ action: 'test', note: 'ünï' })
  await Promise.all(Array.from({ length: 200 }, () => sql`SELECT append_audit(${entry})`.execute(store.db)))
  expect(await verifyAudit(store)).toMatchObject({ entries: 208, faults: [] })
})

test('given away by an administrator, the log is out of reach of a server that is no superuser', async () => {
  const app = `app_${randomUUID().replaceAll('-', '')}`
  const rootUrl = new URL(standalone.databaseUrl)
  const ownUrl = new URL(standalone.databaseUrl)
  Object.assign(ownUrl, { username: app, password: 'plain', pathname: `/${app}` })
  await sql.raw(`CREATE ROLE ${app} LOGIN PASSWORD 'plain'`).execute(root.db)
  await sql.raw(`CREATE DATABASE ${app} OWNER ${app}`).execute(root.db)
  await (await openStore(ownUrl.href)).close()

  const documented = /```sql\n([^`]*)```/.exec(readFileSync(new URL('../../../docs/audit.md', import.meta.url), 'utf8'))
  const statements = (documented?.[1] ?? '').replace(/^CREATE ROLE.*$/m, '').replaceAll(/\bapp\b/g, app) // the cluster of the tests has the role
  rootUrl.pathname = `/${app}`
  const administrator = openDatabase<object>({ url: rootUrl.href, schema: 'rollcall', poolSize: 1 })
  await sql.raw(statements).execute(administrator.db)
  await administrator.close()

  const plain = await openStore(ownUrl.href)
  for (const attempt of forbidden)
    await expect(sql.raw(attempt).execute(plain.db), attempt).rejects.toThrow(/permission denied|must be owner/)
  await sql`SELECT append_audit('{}')`.execute(plain.db)
  expect(await verifyAudit(plain)).toMatchObject({ entries: 1, faults: [] })
  await plain.close()
  await sql.raw(`DROP DATABASE ${app} WITH (FORCE)`).execute(root.db)
  await sql.raw(`DROP ROLE ${app}`).execute(root.db)
})
