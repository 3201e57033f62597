import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { migrateTenant } from '@rollcall/tenant'
import { createTenantClient } from '@rollcall/tenant-client'
import { comparisonOf, spreadOf, type Rounds } from './compare.ts'
import { withDatabase } from './directory-fill.ts'
import type { Wanted } from './limited-tenant.ts'
import type { Finding } from './report.ts'
import type { Site } from './site.ts'

interface Place {
  url: string
  m2m: { clientId: string; clientSecret: string }
}

/** A change of one user is a GET and a PATCH: which of them is held up, and what the plan permits of it. */
const plans = [
  { rateLimits: 'free', perSecond: 2, requestsOfUser: 2 },
  { rateLimits: 'essentials', perSecond: 200 / 60, requestsOfUser: 1 },
  { rateLimits: 'enterprise', perSecond: 16, requestsOfUser: 2 },
] as const

const warmUpMs = 15_000
const measuredMs = 25_000

/** Changes in bulk: what is reached under each plan of the local tenant, and without limits against bare requests. */
export async function measurePacing(site: Site, folder: string, { rounds, milliseconds }: Rounds): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const plan of plans) {
    const { perSecond, refused } = await withTenant(site, { folder, rateLimits: plan.rateLimits }, underPlan)
    const reached = spreadOf([perSecond * plan.requestsOfUser])
    const ratio = spreadOf([(perSecond * plan.requestsOfUser) / plan.perSecond])
    findings.push({
      name: 'pacing',
      what: `pacing: requests that the plan ${plan.rateLimits} holds up, ${refused} refused (429)`,
      unit: 'a second',
      measured: reached,
      reference: { what: 'permitted', value: spreadOf([plan.perSecond]), ratio },
      target: { bound: 'at least', value: 0.95 },
    })
  }
  const { measured, reference, ratio } = await withTenant(site, { folder, rateLimits: 'off' }, async (place) => {
    const pairs: { ours: number; theirs: number }[] = []
    for (let round = 0; round <= rounds; round += 1) {
      const ours = await paced(place, milliseconds)
      const theirs = await bare(place, milliseconds)
      if (round > 0) pairs.push({ ours, theirs }) // the first warms both up
    }
    return comparisonOf(pairs)
  })
  findings.push({
    name: 'pacing',
    what: 'pacing: users read and changed, no limits, 16 at once',
    unit: 'a second',
    measured,
    reference: { what: 'the same requests by bare fetch', value: reference, ratio },
    target: { bound: 'at least', value: 0.9 },
  })
  return findings
}

async function underPlan({ url, m2m }: Place): Promise<{ perSecond: number; refused: number }> {
  let refused = 0
  const counting: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    if (response.status === 429) refused += 1
    return response
  }
  const client = createTenantClient({ domain: url, ...m2m, fetch: counting })
  const bulk = startBulk(client, await userIdsOf(client))
  await sleep(warmUpMs)
  const before = bulk.changed()
  await sleep(measuredMs)
  const perSecond = ((bulk.changed() - before) * 1000) / measuredMs
  await bulk.stop()
  await client.close()
  return { perSecond, refused }
}

async function paced({ url, m2m }: Place, milliseconds: number): Promise<number> {
  const client = createTenantClient({ domain: url, ...m2m })
  const bulk = startBulk(client, await userIdsOf(client))
  await sleep(500) // its token is fetched, and that there is no limit is known
  const [before, startedAt] = [bulk.changed(), performance.now()]
  await sleep(milliseconds)
  const perSecond = ((bulk.changed() - before) * 1000) / (performance.now() - startedAt)
  await bulk.stop()
  await client.close()
  return perSecond
}

type Client = ReturnType<typeof createTenantClient>

async function userIdsOf(client: Client): Promise<string[]> {
  const { users } = await client.users.list({ page: 0, perPage: 100, sort: { field: 'email', direction: 'up' } })
  return users.map(({ user_id: userId }) => userId)
}

/** As many users at once as the pace finds reasonable, until it is stopped. */
function startBulk(client: Client, userIds: string[]) {
  const pace = client.openPace({ percent: 100 })
  const changing = new Set<Promise<void>>()
  let begun = 0
  let changed = 0
  let isOver = false
  let failure: unknown
  const change = async () => {
    const userId = userIds[begun++ % userIds.length] ?? ''
    await pace.tenant.users.getAnew(userId)
    await pace.tenant.changes.updateUser(userId, { user_metadata: { turn: begun } })
    changed += 1
  }
  const fill = () => {
    while (!isOver && changing.size < pace.concurrency()) {
      const one = change().catch((error: unknown) => {
        isOver = true
        failure = error
      })
      changing.add(one)
      void one.then(() => {
        changing.delete(one)
        fill()
      })
    }
  }
  fill()
  return {
    changed: () => changed,
    async stop() {
      isOver = true
      await Promise.all(changing)
      if (failure !== undefined) throw failure
    },
  }
}

async function bare({ url, m2m }: Place, milliseconds: number): Promise<number> {
  const client = createTenantClient({ domain: url, ...m2m })
  const userIds = await userIdsOf(client)
  await client.close()
  const ask = async (path: string, init: RequestInit) => {
    const response = await fetch(`${url}${path}`, init)
    if (!response.ok) throw new Error(`${path} answered ${response.status}`)
    return (await response.json()) as { access_token: string }
  }
  const { access_token: token } = await ask('/oauth/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: m2m.clientId,
      client_secret: m2m.clientSecret,
      audience: `${url}/api/v2/`,
    }),
  })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  let begun = 0
  let changed = 0
  const startedAt = performance.now()
  const work = async () => {
    while (performance.now() - startedAt < milliseconds) {
      const path = `/api/v2/users/${encodeURIComponent(userIds[begun++ % userIds.length] ?? '')}`
      await ask(path, { headers })
      await ask(path, { method: 'PATCH', headers, body: JSON.stringify({ user_metadata: { turn: begun } }) })
      changed += 1
    }
  }
  await Promise.all(Array.from({ length: 16 }, work))
  return (changed * 1000) / (performance.now() - startedAt)
}

async function withTenant<Result>(
  { databaseUrl }: Site,
  { folder, rateLimits }: Pick<Wanted, 'folder' | 'rateLimits'>,
  work: (place: Place) => Promise<Result>,
): Promise<Result> {
  return withDatabase(databaseUrl, async (url) => {
    await migrateTenant(url)
    const child = fork(new URL('limited-tenant.ts', import.meta.url))
    try {
      child.send({ folder: await mkdtemp(join(folder, 'limited-')), databaseUrl: url, rateLimits } satisfies Wanted)
      const [place] = (await once(child, 'message')) as [Place]
      return await work(place)
    } finally {
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    }
  })
}
