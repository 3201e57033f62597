import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDataFolder } from '@rollcall/data-folder'
import { createLogger } from '@rollcall/http-kit'
import { migrateTenant, startLocalTenant, type LocalTenant } from '@rollcall/tenant'
import { createTenantClient, type TenantClient } from '@rollcall/tenant-client'
import { testDatabase } from '@rollcall/test-kit'

let folder: string
let tenant: LocalTenant
let client: TenantClient
let refused = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-pacing-'))
  tenant = await startLocalTenant({
    dataFolder: await openDataFolder(folder),
    port: 0,
    databaseUrl: await testDatabase({ name: 'tenant', prepare: migrateTenant }),
    applicationUrls: [],
    demoUsers: 30,
    settings: { rateLimits: 'enterprise' },
    logger: createLogger({ level: 'silent' }),
    onProgress: () => undefined,
  })
  const counting: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    if (response.status === 429) refused += 1
    return response
  }
  client = createTenantClient({ domain: tenant.url, ...tenant.credentials.m2m, fetch: counting })
})
afterAll(async () => {
  await client.close()
  await tenant.close()
  await rm(folder, { recursive: true })
})

test('bulk takes what an enterprise’s tenant permits, and people who click beside it never meet the limit', async () => {
  const pace = client.openPace({ percent: 100 })
  const { users } = await client.users.list({ page: 0, perPage: 30, sort: { field: 'email', direction: 'up' } })
  let requests = 0
  let isOver = false
  const worker = async (offset: number) => {
    for (let index = offset; !isOver; index += 1) {
      const { user_id: userId } = users[index % users.length]!
      await pace.tenant.users.getAnew(userId)
      await pace.tenant.changes.updateUser(userId, { user_metadata: { turn: index } })
      requests += 2
    }
  }
  const working = Promise.all(Array.from({ length: 8 }, (_unused, index) => worker(index)))
  await sleep(4000) // its burst is used, and its rate is learned
  const [before, startedAt] = [requests, performance.now()]
  let clicks = 0
  while (performance.now() - startedAt < 4000) {
    await client.users.get(users[clicks % users.length]!.user_id)
    clicks += 1
    await sleep(400)
  }
  const perSecond = (requests + clicks - before) / ((performance.now() - startedAt) / 1000)
  isOver = true
  await working
  expect(refused).toBe(0)
  expect(perSecond / 16).toBeGreaterThan(0.85) // of a moment this short; bench measures it
  expect(pace.requestsPerSecond()! / 16).toBeGreaterThan(0.75)
  expect(pace.limits()).toMatchObject([{ kinds: ['GET users', 'PATCH users'] }])
})
