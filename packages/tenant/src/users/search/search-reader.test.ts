import { afterEach, expect, test } from 'vitest'
import { makeUser } from '../../testing/make.ts'
import { startTestTenant } from '../../testing/start-test-tenant.ts'
import type { TestTenant } from '../../testing/start-test-tenant.ts'
import type { SearchSettings } from './search-reader.ts'

let tenant: TestTenant
afterEach(() => tenant.close())
const start = async (search: SearchSettings) => {
  tenant = await startTestTenant(undefined, undefined, { search })
}
const idsOf = async (q: string) =>
  ((await tenant.api('GET', `/users?q=${encodeURIComponent(q)}`)).body as { user_id: string }[]).map((user) => user.user_id) // prettier-ignore
const path = (userId: string) => `/users/${encodeURIComponent(userId)}`

test('a list that lags shows what was created, changed and deleted only after a while; one user is read as they are', async () => {
  await start({ lagMs: 1500 })
  const [stays, goes] = [await makeUser(tenant), await makeUser(tenant)]
  expect((await tenant.api('GET', path(stays.userId))).status).toBe(200)
  expect((await tenant.api('GET', `/users-by-email?email=${stays.email}`)).body).toHaveLength(1)
  expect(await idsOf(`email:"${stays.email}"`)).toEqual([])
  await expect.poll(() => idsOf(`email:"${stays.email}"`), { timeout: 10_000 }).toEqual([stays.userId])
  await expect.poll(() => idsOf(`email:"${goes.email}"`), { timeout: 10_000 }).toEqual([goes.userId])

  await tenant.api('PATCH', path(stays.userId), { nickname: 'changed' })
  await tenant.api('DELETE', path(goes.userId))
  expect((await tenant.api('GET', path(stays.userId))).body).toMatchObject({ nickname: 'changed' })
  expect(await idsOf('nickname:changed')).toEqual([])
  expect(await idsOf(`email:"${goes.email}"`)).toEqual([goes.userId])
  await expect.poll(() => idsOf('nickname:changed'), { timeout: 10_000 }).toEqual([stays.userId])
  await expect.poll(() => idsOf(`email:"${goes.email}"`), { timeout: 10_000 }).toEqual([])
})

test('a query that is refused, or takes too long, spoils no other', async () => {
  await start({ lagMs: 100, timeoutMs: 5000 })
  expect((await tenant.api('GET', '/users?q=name:(')).status).toBe(400)
  const answers = await Promise.all(Array.from({ length: 8 }, () => tenant.api('GET', '/users?include_totals=true')))
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
})

test('beyond the cap nobody pages', async () => {
  await start({ cap: 1000 })
  expect((await tenant.api('GET', '/users?page=9&per_page=100')).status).toBe(200)
  expect(await tenant.api('GET', '/users?page=10&per_page=100')).toMatchObject({
    status: 400,
    body: {
      message:
        'You can only page through the first 1000 records. See https://auth0.com/docs/users/search/v3/view-search-results-by-page#limitation.',
      errorCode: 'invalid_paging',
    },
  })
})

test('a search that takes too long is given up, and said so', async () => {
  await start({ timeoutMs: 200 })
  const { db } = tenant.tenant.context
  // Somebody holds the table: the search has to wait for longer than it may.
  await db.transaction().execute(async (trx) => {
    await trx.deleteFrom('users').where('user_id', '=', 'nobody').execute()
    const { sql } = await import('@rollcall/database')
    await sql`LOCK TABLE users IN ACCESS EXCLUSIVE MODE`.execute(trx)
    expect(await tenant.api('GET', '/users')).toMatchObject({
      status: 503,
      body: {
        statusCode: 503,
        error: 'Service Unavailable',
        message: expect.stringContaining('The query exceeded the timeout.') as unknown,
      },
    })
  })
  expect((await tenant.api('GET', '/users')).status).toBe(200)
})
