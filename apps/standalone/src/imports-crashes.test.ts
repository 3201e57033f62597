import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserImport } from '@rollcall/contracts/admin-api'
import { sql } from '@rollcall/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ImportOrder } from './testing/import-until.ts'
import { startDirectories, type TestDirectories } from './testing/start-directory.ts'

/** A server that is killed at each step of an import, one after the other: the next one goes on. Each is a process of its own. */
const program = fileURLToPath(new URL('testing/import-until.ts', import.meta.url))
let folder: string
let directories: TestDirectories
let token: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-imports-'))
  directories = await startDirectories()
  const { url, credentials } = directories.tenant
  const { audience, m2m } = credentials
  const body = { grant_type: 'client_credentials', audience, client_id: m2m.clientId, client_secret: m2m.clientSecret }
  const answer = await fetch(`${url}/oauth/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) // prettier-ignore
  token = ((await answer.json()) as { access_token: string }).access_token
})
afterAll(async () => {
  await directories.close()
  await rm(folder, { recursive: true })
})

async function work(order: Pick<ImportOrder, 'file' | 'mode' | 'step'>) {
  const { tenant, databaseUrl } = directories
  const { audience, m2m, spa } = tenant.credentials
  const whole: ImportOrder = { ...order, tenant: { url: tenant.url, audience, ...m2m, spaClientId: spa.clientId }, databaseUrl, token } // prettier-ignore
  const child = spawn(process.execPath, [program, JSON.stringify(whole)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [, signal] = (await once(child, 'close')) as [number | null, string | null]
  return { signal, output }
}

const everyStep = ['checked some rows', 'about to send', 'sent', 'noted as sent', 'over at the tenant', 'settled']

test.each([
  { mode: 'skip', steps: everyStep },
  { mode: 'upsert', steps: ['sent'] },
])('killed at $steps with “$mode”, it leaves nobody out and makes nobody twice', async ({ mode, steps }) => {
  const rows = 120
  const notes = 'n'.repeat(17_000)
  const mark = `crashed-${mode}`
  const file = join(folder, `${mode}.ndjson`)
  // Of one without an address or a username, nothing but the id that was chosen beforehand tells that they were made already.
  const users = Array.from({ length: rows }, (_, at) => ({
    ...(at % 3 === 0 ? { phone_number: `+49${mode.length}${1_000_000 + at}` } : { email: `${mark}-${at}@example.com` }),
    app_metadata: { mark },
    user_metadata: { notes },
  }))
  await writeFile(file, users.map((user) => JSON.stringify(user)).join('\n'))
  for (const step of steps) expect([step, (await work({ file, mode, step })).signal]).toEqual([step, 'SIGKILL'])
  const { output } = await work({ file, mode, step: 'none' })
  const { importId, counts } = UserImport.parse(JSON.parse(output))
  expect(counts).toMatchObject({ rows, done: rows, created: rows, updated: 0, failed: 0, unknown: 0 })

  const { bothSides } = directories
  const { rows: made } = await sql`SELECT count(*) AS users, count(DISTINCT coalesce(email, phone_number)) AS people
    FROM tenant.users WHERE app_metadata->>'mark' = ${mark}`.execute(bothSides)
  expect(made).toEqual([{ users: rows, people: rows }])
  const { rows: ended } = await sql`SELECT count(*) AS ended FROM audit_log WHERE entry->>'subjectId' = ${importId} AND entry->>'action' = 'import.end'`.execute(bothSides)
  expect(ended).toEqual([{ ended: 1 }])
}, 90_000) // prettier-ignore
