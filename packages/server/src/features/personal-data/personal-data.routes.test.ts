import { permissions } from '@rollcall/contracts/admin-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../../testing/start-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

const ask = async (path: string, held: readonly string[], method = 'POST') => {
  const headers = { authorization: `Bearer ${server.issuer.token({ permissions: held })}` }
  const response = await fetch(`${server.url}/api${path}`, { method, headers })
  return [response.status, ((await response.json()) as { code: string }).code]
}
const but = (...names: string[]) => permissions.filter((name) => ![...names, 'manage:users'].includes(name))

test('what is held on a person is for whoever may see and export users, and nobody else', async () => {
  const path = '/users/auth0%7C1/personal-data'
  for (const held of [but('export:users'), but('read:users'), []])
    expect(await ask(path, held)).toEqual([403, 'permission-missing'])
  expect((await ask(path, ['manage:users'], 'GET'))[0]).toBe(405)
  expect(await ask(path, ['manage:users'])).toEqual([503, 'store-needed']) // what is not recorded is not handed out
})

test.each([
  ['/connections', 'create:users'],
  ['/apis', 'manage:roles'],
])('%s is for whoever has %s', async (path, permission) => {
  expect(await ask(path, but(permission), 'GET')).toEqual([403, 'permission-missing'])
  expect((await ask(path, [permission], 'GET'))[0]).not.toBe(403)
})
