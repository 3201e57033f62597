import { afterAll, beforeAll, expect, test } from 'vitest'
import { ManagementClient } from 'auth0'
import { startTestTenant } from '../testing/start-test-tenant.ts'
import type { TestTenant } from '../testing/start-test-tenant.ts'
import { tokenBuckets } from './token-bucket.ts'

let tenant: TestTenant
let clock = Date.now()
beforeAll(async () => {
  tenant = await startTestTenant(undefined, () => new Date(clock), { rateLimits: 'free' })
})
afterAll(() => tenant.close())

test('a bucket gives what it holds, refills, and says when it is full', () => {
  let at = 1_000_000
  const buckets = tokenBuckets(() => at)
  const limit = { burst: 2, perSecond: 0.5 }
  expect(buckets.take('a', limit)).toEqual({ isAllowed: true, limit: 2, remaining: 1, reset: 1002 })
  expect(buckets.take('a', limit)).toEqual({ isAllowed: true, limit: 2, remaining: 0, reset: 1004 })
  expect(buckets.take('a', limit)).toMatchObject({ isAllowed: false, remaining: 0, reset: 1004 })
  expect(buckets.take('b', limit)).toMatchObject({ isAllowed: true })
  at += 2000
  expect(buckets.take('a', limit)).toMatchObject({ isAllowed: true, remaining: 0 })
})

test('beyond the limit of the plan the Management API answers 429 in Auth0’s words, and again when time has passed', async () => {
  clock += 60_000
  const first = await tenant.api('GET', '/users?per_page=1')
  expect(first.status).toBe(200)
  expect(first.headers.get('x-ratelimit-limit')).toBe('2')
  expect(first.headers.get('x-ratelimit-remaining')).toBe('1')
  expect(Number(first.headers.get('x-ratelimit-reset'))).toBe(Math.ceil((clock + 500) / 1000))
  await tenant.api('GET', '/users?per_page=1')
  const third = await tenant.api('GET', '/users?per_page=1')
  expect(third.status).toBe(429)
  expect(third.body).toEqual({
    statusCode: 429,
    error: 'Too Many Requests',
    message: 'Global limit has been reached',
    errorCode: 'too_many_requests',
  })
  expect(third.headers.get('x-ratelimit-remaining')).toBe('0')
  clock += 1000
  const missing = await tenant.api('GET', '/users/auth0%7Cnobody')
  expect(missing.status).toBe(404)
  expect(missing.headers.get('x-ratelimit-limit')).toBeNull()
  clock += 1000
  const { body } = await tenant.api('GET', '/logs?q=type:api_limit')
  expect(body).toMatchObject([{ type: 'api_limit', description: 'Global limit has been reached' }])
})

test('an endpoint’s own limit is each caller’s own', async () => {
  clock += 600_000
  const ask = (token: string) => fetch(`${tenant.http}/userinfo`, { headers: { authorization: `Bearer ${token}` } })
  for (let count = 0; count < 10; count += 1) expect((await ask('one')).status).toBe(401)
  const refused = await ask('one')
  expect(refused.status).toBe(429)
  expect(await refused.json()).toEqual({
    error: 'too_many_requests',
    error_description: 'Endpoint limit has been reached',
  })
  expect((await ask('another')).status).toBe(401)
})

test('the management client of auth0@7 waits as the headers say, and gets its answers', async () => {
  // By the real clock: the client compares it with the moment in the header.
  const live = await startTestTenant(undefined, undefined, { rateLimits: 'free' })
  try {
    const token = await live.managementToken()
    let refused = 0
    const toHttp: typeof fetch = async (url, init) => {
      const response = await fetch(String(url).replace('https:', 'http:'), init)
      if (response.status === 429) refused += 1
      return response
    }
    const client = new ManagementClient({ domain: live.domain, token, fetch: toHttp })
    for (let count = 0; count < 4; count += 1) expect((await client.users.list({ per_page: 1 })).data).toHaveLength(1)
    expect(refused).toBeGreaterThan(0)
  } finally {
    await live.close()
  }
})
