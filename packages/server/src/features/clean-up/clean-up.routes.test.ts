import { CleanUp } from '@rollcall/contracts/admin-api'
import { parseUserFilter } from '@rollcall/contracts/user-filter'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findAction } from '../../actions/all-actions.ts'
import { startServer, type TestServer } from '../../testing/start-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

const ask = (permissions: string[], method = 'GET') =>
  fetch(`${server.url}/api/clean-up`, {
    method,
    headers: { authorization: `Bearer ${server.issuer.token({ permissions })}` },
  })

test('segments are for whoever may see users, and each suggests what can be done to many', async () => {
  expect((await fetch(`${server.url}/api/clean-up`)).status).toBe(401)
  expect((await ask(['update:users', 'manage:jobs'])).status).toBe(403)
  expect((await ask(['read:users'], 'POST')).status).toBe(405)
  const { segments } = CleanUp.parse(await (await ask(['read:users'])).json())
  expect(segments.map(({ name }) => name)).toEqual(['never-signed-in', 'unverified', 'not-seen', 'duplicates', 'blocked', 'disposable']) // prettier-ignore
  for (const { filter, action } of segments) {
    expect(() => parseUserFilter(filter)).not.toThrow()
    expect([action, findAction(action)?.isForMany]).toEqual([action, true])
  }
})
