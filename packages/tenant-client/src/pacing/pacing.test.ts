import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fakeBucket, type FakeBucket } from '../testing/fake-bucket.ts'
import { learnLimits } from './learned-limits.ts'
import { NotSent } from './not-sent.ts'
import { openPermits, type Permits } from './open-permits.ts'

/** Of Auth0: the free plan, reading and writing users, logs, connections, production and other tenants of an enterprise. */
const plans = [[2, 2], [40, 500 / 60], [20, 200 / 60], [10, 100 / 60], [5, 50 / 60], [50, 16], [10, 2]] as const // prettier-ignore
const byPlan = plans.map(([limit, perSecond]) => ({
  name: `${limit}, ${perSecond.toFixed(2)} a second`,
  limit,
  perSecond,
}))

let random: () => number
let isOver = false
beforeEach(() => {
  let state = 20_261_125
  random = () => (state = (state * 1_103_515_245 + 12_345) & 0x7f_ff_ff_ff) / 0x7f_ff_ff_ff
  isOver = false
  vi.useFakeTimers({ now: 1_795_000_000_123, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
})
afterEach(() => {
  isOver = true
  vi.useRealTimers()
})

const pass = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000)

/** There and back, each of which takes its own time. */
const through = (answer: () => Response) => async () => {
  await pass(2 + random() * 8)
  const response = answer()
  await pass(2 + random() * 8)
  return response
}

/** Work in bulk, as much at once as makes sense, until the test is over. */
function work(permits: Permits, steps: { kind: string; answer: () => Response }[]) {
  const counts = { answered: 0, refused: 0, notSent: 0 }
  let busy = 0
  const one = async () => {
    busy += 1
    for (const { kind, answer } of steps) {
      try {
        const response = await permits.send(kind, performance.now() + 10_000, through(answer))
        if (response.status === 429) counts.refused += 1
        else counts.answered += 1
      } catch (error) {
        if (!(error instanceof NotSent)) throw error
        counts.notSent += 1
        await pass(error.retryAfterSeconds * 1000)
      }
    }
    busy -= 1
    fill()
  }
  const fill = () => {
    while (!isOver && busy < permits.concurrency()) void one()
  }
  fill()
  return counts
}

const writing = (bucket: FakeBucket) => [{ kind: 'PATCH users', answer: () => bucket.take() }]

/** @returns how many a second are answered, by permits that have been at it for a while */
async function speedOf(counts: { answered: number }, forSeconds = 60): Promise<number> {
  await seconds(15)
  const before = counts.answered
  await seconds(forSeconds)
  return (counts.answered - before) / forSeconds
}

test.each(byPlan)('a limit of $name is used to 0.95 and more, and never beyond', async (limit) => {
  const bucket = fakeBucket(limit)
  const permits = openPermits(learnLimits(), { percent: 100 })
  const speed = await speedOf(work(permits, writing(bucket)))
  expect(speed / limit.perSecond).toBeGreaterThanOrEqual(0.95)
  expect(bucket.refusals).toBe(0)
  expect(permits.requestsPerSecond()! / limit.perSecond).toBeCloseTo(1, 1)
})

test.each(byPlan)(
  'under a limit of $name people who click now and then are not refused, and bulk takes the rest',
  async (limit) => {
    const bucket = fakeBucket(limit)
    const limits = learnLimits()
    const counts = work(openPermits(limits, { percent: 100 }), writing(bucket))
    const clicks = { made: 0, refused: 0 }
    const click = async () => {
      for (; !isOver; await pass((1000 + random() * 3000) * Math.max(1, 2 / limit.perSecond))) {
        const response = await limits.send(
          'GET users',
          through(() => bucket.take()),
        )
        clicks.made += 1
        if (response.status === 429) clicks.refused += 1
      }
    }
    void click()
    const speed = await speedOf(counts, 120)
    expect(clicks.refused).toBe(0)
    expect(clicks.made).toBeGreaterThan(10)
    expect((speed + clicks.made / 135) / limit.perSecond).toBeGreaterThanOrEqual(0.93)
    expect(counts.refused).toBe(0)
  },
)

test.each(byPlan)('two servers share a limit of $name without knowing of each other', async (limit) => {
  const bucket = fakeBucket(limit)
  const one = work(openPermits(learnLimits(), { percent: 100 }), writing(bucket))
  await seconds(20)
  const other = work(openPermits(learnLimits(), { percent: 100 }), writing(bucket))
  await seconds(20)
  const before = [one.answered, other.answered] as const
  const refusals = bucket.refusals
  await seconds(120)
  const speeds = [one.answered - before[0], other.answered - before[1]].map((count) => count / 120 / limit.perSecond)
  expect(Math.min(...speeds)).toBeGreaterThan(0.2)
  // Where only one is left for people, two servers step on each other's feet now and then.
  expect(speeds[0]! + speeds[1]!).toBeGreaterThanOrEqual(limit.limit === 2 ? 0.85 : 0.95)
  expect((bucket.refusals - refusals) / 120 / limit.perSecond).toBeLessThan(limit.limit === 2 ? 0.05 : 0.01)
})

test('requests of two kinds that share a limit share its bucket; where each has its own, both are used', async () => {
  const shared = fakeBucket({ limit: 50, perSecond: 16 })
  const together = openPermits(learnLimits(), { percent: 100 })
  const userOf = (read: FakeBucket, write: FakeBucket) => [
    { kind: 'GET users', answer: () => read.take() },
    { kind: 'PATCH users', answer: () => write.take() },
  ]
  expect((await speedOf(work(together, userOf(shared, shared)))) / 16).toBeGreaterThanOrEqual(0.95)
  expect(together.limits()).toMatchObject([{ kinds: ['GET users', 'PATCH users'] }])
  expect(shared.refusals).toBe(0)

  const own = [fakeBucket({ limit: 20, perSecond: 4 }), fakeBucket({ limit: 20, perSecond: 2 })] as const
  const apart = openPermits(learnLimits(), { percent: 100 })
  const [deleted, written] = ['DELETE users', 'PATCH users'].map((kind, index) =>
    work(apart, [{ kind, answer: () => own[index]!.take() }]),
  )
  await seconds(60) // until it shows
  const begun = written!.answered
  const deletes = await speedOf(deleted!)
  const writes = (written!.answered - begun) / 75
  expect([deletes / 4, writes / 2].every((share) => share >= 0.95 && share < 1.2)).toBe(true)
  expect(apart.limits()).toHaveLength(2)
})

test('where the tenant names no limit nothing waits', async () => {
  const permits = openPermits(learnLimits(), { percent: 100 })
  const counts = work(permits, [{ kind: 'PATCH users', answer: () => new Response() }])
  await seconds(10)
  expect(permits.concurrency()).toBe(16)
  expect(permits.requestsPerSecond()).toBeNull()
  expect(counts.answered).toBeGreaterThan((16 * 10) / 0.025)
  permits.percent = 25
  expect(permits.concurrency()).toBe(4)
})

test('where the tenant names no limit, sixteen are at it at once whoever asks, and one that would come too late is not sent', async () => {
  const permits = openPermits(learnLimits(), { percent: 100 })
  const counts = { underWay: 0, most: 0, sent: 0 }
  const send = (takesMs: number) =>
    permits.send('PATCH users', performance.now() + 10_000, async () => {
      counts.most = Math.max(counts.most, (counts.underWay += 1))
      counts.sent += 1
      await pass(takesMs)
      counts.underWay -= 1
      return new Response()
    })
  void send(5)
  await seconds(1)
  const quick = Promise.all(Array.from({ length: 40 }, () => send(20)))
  await seconds(1)
  expect((await quick).length).toBe(40)
  expect(counts).toEqual({ underWay: 0, most: 16, sent: 41 })
  const slow = Array.from({ length: 17 }, () => send(9500))
  const outcome = Promise.allSettled(slow)
  await seconds(10)
  expect((await outcome).map(({ status }) => status)).toEqual([...slow.slice(1).map(() => 'fulfilled'), 'rejected'])
  expect(counts.sent).toBe(41 + 16)
})

test('a percent of the limit is kept to, and may be changed at any time', async () => {
  const bucket = fakeBucket({ limit: 20, perSecond: 10 / 3 })
  const permits = openPermits(learnLimits(), { percent: 100 })
  const counts = work(permits, writing(bucket))
  await speedOf(counts, 1)
  for (const percent of [50, 20, 80]) {
    permits.percent = percent
    expect((await speedOf(counts)) / (10 / 3)).toBeCloseTo(percent / 100, 1)
    expect(permits.requestsPerSecond()! / (10 / 3)).toBeCloseTo(percent / 100, 1)
  }
  permits.percent = 1
  // Calls wait for their permits, so it goes no slower than they can wait.
  expect(await speedOf(counts)).toBeCloseTo(0.4, 1)
  permits.percent = 100
  expect((await speedOf(counts)) / (10 / 3)).toBeGreaterThanOrEqual(0.95)
  expect(bucket.refusals).toBe(0)
})

test('half of a limit that was never met before is about half of it', async () => {
  const bucket = fakeBucket({ limit: 50, perSecond: 16 })
  const permits = openPermits(learnLimits(), { percent: 50 })
  expect(await speedOf(work(permits, writing(bucket)))).toBeCloseTo(8, -1)
})

test('after somebody met the limit, bulk leaves the bucket to them until they have asked again', async () => {
  const bucket = fakeBucket({ limit: 2, perSecond: 2 })
  const limits = learnLimits()
  const counts = work(openPermits(limits, { percent: 100 }), writing(bucket))
  await seconds(15)
  const ask = () =>
    limits.send(
      'GET users',
      through(() => bucket.take()),
    )
  const crowd = Promise.all([ask(), ask(), ask()])
  await seconds(0.1)
  const refused = (await crowd).find(({ status }) => status === 429)
  expect(refused).toBeDefined()
  const before = counts.answered
  const waitMs = Math.ceil(Number(refused!.headers.get('x-ratelimit-reset')) - Date.now() / 1000) * 1100
  await seconds(waitMs / 1000)
  const again = Promise.all([ask(), ask()])
  await seconds(0.1)
  expect((await again).map(({ status }) => status)).toEqual([200, 200])
  expect(counts.answered).toBe(before)
  await seconds(20)
  expect(counts.answered).toBeGreaterThan(before + 20)
})

test('a request whose turn is too far away is not sent, and says when to come again', async () => {
  const limits = learnLimits()
  const permits = openPermits(limits, { percent: 100 })
  const resetInAMinute = String(Math.ceil(Date.now() / 1000) + 60)
  const headers = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': resetInAMinute }
  const refused = permits.send('PATCH users', performance.now() + 10_000, through(() => new Response(null, { status: 429, headers }))) // prettier-ignore
  await seconds(1)
  expect((await refused).status).toBe(429)
  const carry = vi.fn<() => Promise<Response>>()
  await expect(permits.send('PATCH users', performance.now() + 10_000, carry)).rejects.toMatchObject({
    name: 'NotSent',
    retryAfterSeconds: expect.toSatisfy((wait: number) => wait > 55 && wait <= 61),
  })
  expect(carry).not.toHaveBeenCalled()
})

/** Headers as no tenant should send them, over a bucket that holds all the same. */
const lies: Record<string, (headers: Headers) => void> = {
  'a reset that has passed': (headers) => headers.set('x-ratelimit-reset', '1000000000'),
  'a reset in a hundred years': (headers) => headers.set('x-ratelimit-reset', '4951000000'),
  'a reset that is no number': (headers) => headers.set('x-ratelimit-reset', 'soon'),
  'a negative rest': (headers) => random() < 0.3 && headers.set('x-ratelimit-remaining', '-5'),
  'a rest that is no number': (headers) => random() < 0.3 && headers.set('x-ratelimit-remaining', 'NaN'),
  'a rest beyond the limit': (headers) => random() < 0.3 && headers.set('x-ratelimit-remaining', '1e9'),
  'a limit that jumps': (headers) => random() < 0.3 && headers.set('x-ratelimit-limit', String(Math.floor(random() * 1000))), // prettier-ignore
  'headers that are missing now and then': (headers) => random() < 0.3 && headers.delete('x-ratelimit-limit'),
}

test.each(Object.keys(lies))('%s neither stops bulk nor lets it loose', async (lie) => {
  const bucket = fakeBucket({ limit: 20, perSecond: 4 })
  const permits = openPermits(learnLimits(), { percent: 100 })
  const answer = () => {
    const response = bucket.take()
    lies[lie]!(response.headers)
    return response
  }
  const counts = work(permits, [{ kind: 'PATCH users', answer }])
  const speed = await speedOf(counts, 120)
  expect(speed / 4).toBeGreaterThanOrEqual(0.95)
  expect(bucket.refusals / counts.answered).toBeLessThan(0.01)
})
