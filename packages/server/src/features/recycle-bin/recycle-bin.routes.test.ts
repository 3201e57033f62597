import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../../testing/start-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

const ask = async (permissions: string[], method = 'GET', query = '', path = '/deleted-users') => {
  const headers = { authorization: `Bearer ${server.issuer.token({ permissions })}` }
  const response = await fetch(`${server.url}/api${path}${query}`, { method, headers })
  return [response.status, ((await response.json()) as { code: string }).code]
}

test('the recycle bin is for whoever may see users, and is only read there', async () => {
  expect(await ask(['delete:users', 'restore:users', 'purge:users'])).toEqual([403, 'permission-missing'])
  expect(await ask(['read:users'], 'DELETE')).toEqual([405, 'method-not-allowed'])
  expect((await fetch(`${server.url}/api/deleted-users`)).status).toBe(401)
  const report = '/deleted-users/report'
  expect(await ask(['delete:users', 'restore:users', 'purge:users'], 'GET', '', report)).toEqual([403, 'permission-missing']) // prettier-ignore
  expect(await ask(['read:users'], 'POST', '', report)).toEqual([405, 'method-not-allowed'])
  expect(await ask(['read:users'], 'GET', '', report)).toEqual([503, 'store-needed'])
})

test.each(['?state=gone', '?limit=0', '?limit=201', '?search=%00', '?after=!', '?page=2', '?from=yesterday', '?untilTo=2026-13-01', '?has=key', '?actor=%00'])('%s is no question to it', async (query) => {
  expect(await ask(['read:users'], 'GET', query)).toEqual([400, 'invalid-input'])
}) // prettier-ignore

test('without a database there is none', async () => {
  expect(await ask(['read:users'])).toEqual([503, 'store-needed'])
})
