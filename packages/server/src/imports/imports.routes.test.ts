import { randomUUID } from 'node:crypto'
import { openDatabase, type Database } from '@rollcall/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RollcallSchema } from '../store/schema.ts'
import { emptyDatabase, startServer, type TestServer } from '../testing/start-server.ts'

/** Whose imports are whose. What imports do is tried where there is a tenant (apps/standalone). */
let server: TestServer
let database: Database<RollcallSchema>
const importId = randomUUID()
beforeAll(async () => {
  const databaseUrl = await emptyDatabase()
  server = await startServer({ databaseUrl })
  database = openDatabase({ url: databaseUrl, schema: 'rollcall', poolSize: 1 })
  const tenant = server.issuer.origin
  const origin = { actorKind: 'person', ip: null, userAgent: null, requestId: null, tenant }
  const row = { import_id: importId, tenant, actor_id: 'auth0|mine', origin: JSON.stringify(origin), phase: 'checked' } as const // prettier-ignore
  await database.db
    .insertInto('imports')
    .values({ ...row, file_name: 'a.csv', format: 'csv', bytes: 10, connection_id: 'con_1', connection: 'Database', mode: 'skip', columns: '[]', rows: 1, to_create: 1 })
    .execute() // prettier-ignore
})
afterAll(async () => {
  await database.close()
  await server.close()
})

const all = ['read:users', 'create:users', 'update:users', 'manage:jobs']
const ask = async (sub: string, permissions: string[], method: string, path: string, body?: unknown) => {
  const headers = { authorization: `Bearer ${server.issuer.token({ sub, permissions })}`, 'content-type': 'application/json' } // prettier-ignore
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
  const response = await fetch(`${server.url}/api/imports${path}`, init)
  const answer = (await response.json()) as { code?: string; imports?: unknown[] }
  return [response.status, answer.code ?? answer.imports?.length]
}

test('another’s import is not there, unless one looks after what others do; and even then only its owner starts it', async () => {
  expect(await ask('auth0|mine', all, 'GET', '')).toEqual([200, 1])
  expect(await ask('auth0|other', all, 'GET', '')).toEqual([200, 0])
  for (const path of ['', '/rows', '/report']) {
    expect(await ask('auth0|other', all, 'GET', `/${importId}${path}`)).toEqual([404, 'import-not-found'])
  }
  for (const step of ['plan', 'pause', 'resume', 'cancel']) {
    expect(await ask('auth0|other', all, 'POST', `/${importId}/${step}`, {})).toEqual([404, 'import-not-found'])
  }
  const auditor = [...all, 'read:audit']
  expect(await ask('auth0|auditor', auditor, 'GET', '')).toEqual([200, 1])
  expect(await ask('auth0|auditor', auditor, 'POST', `/${importId}/start`, { users: 1 })).toEqual([403, 'import-of-another']) // prettier-ignore
  expect(await ask('auth0|auditor', auditor, 'POST', `/${importId}/plan`, {})).toEqual([403, 'import-of-another'])
})

test.each([
  ['GET', '', [], 'permission-missing', 403],
  ['GET', `/${importId}`, ['create:users', 'manage:jobs'], 'permission-missing', 403],
  ['GET', '/connections', ['read:users', 'manage:jobs'], 'permission-missing', 403],
  ['POST', `/${importId}/start`, ['read:users', 'manage:jobs'], 'permission-missing', 403],
  ['POST', `/${importId}/cancel`, ['read:users', 'create:users'], 'permission-missing', 403],
  ['GET', '/not-an-id', all, 'invalid-input', 400],
  ['POST', `/${importId}/start`, all, 'invalid-input', 400],
  ['POST', `/${importId}/plan`, all, 'import-not-found', 404],
  ['GET', `/${randomUUID()}`, all, 'import-not-found', 404],
])('%s /imports%s with %j is %s', async (method, path, permissions, code, status) => {
  const body = method === 'POST' && path.endsWith('plan') ? {} : method === 'POST' ? { users: code === 'permission-missing' ? 1 : 'all' } : undefined // prettier-ignore
  const who = path.endsWith('plan') ? 'auth0|other' : 'auth0|mine'
  expect(await ask(who, permissions, method, path, path.endsWith('cancel') ? {} : body)).toEqual([status, code])
})
