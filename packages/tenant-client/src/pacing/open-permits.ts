import type { Draw, LearnedBucket } from './learned-bucket.ts'
import type { LearnedLimits } from './learned-limits.ts'
import { NotSent } from './not-sent.ts'

export interface Permits {
  /** 1 to 100, of what the tenant permits; to be changed at any time. */
  percent: number
  /** The slowest of the tenant's limits that this has met, at this percent; null where there is none, or none is known yet. */
  requestsPerSecond(): number | null
  /** Each limit that this has met, the requests that it is for (`PATCH users`), and what it comes to at this percent. */
  limits(): PacedLimit[]
  /** How many requests at once make sense just now, 1 to 16: more would only wait for each other. */
  concurrency(): number
  /**
   * Sends when there is room.
   * @param deadlineMs by `performance.now()`, of the answer
   * @throws NotSent
   */
  send(kind: string, deadlineMs: number, carry: () => Promise<Response>): Promise<Response>
}

export interface PacedLimit {
  kinds: string[]
  requestsPerSecond: number
}

const longestWaitMs = 3000
/** What is left of the deadline for the answer itself. */
const answerMs = 1000
/** Calls wait for their permits, so no speed makes them wait longer than this for one. */
const longestSpaceMs = 2500
const most = { known: 16, unknown: 4, secondsOfWork: 2 }

type Waiter = (draw: Draw) => void

/** Work in bulk that shares the tenant's limits with people, who need no permits. First come, first served. */
export function openPermits(limits: LearnedLimits, wanted: { percent: number }): Permits {
  let percent = wanted.percent
  const kinds = new Set<string>()
  const lines = new Map<LearnedBucket, { waiters: Waiter[]; timer: ReturnType<typeof setTimeout> | undefined }>()
  /** Below 100 percent: when the next may go. */
  let gates = new WeakMap<LearnedBucket, number>()
  const inquiries = new Map<string, Promise<Response>>()
  let underWay = 0
  const queue: (() => void)[] = []

  const spaceMs = (bucket: LearnedBucket) => {
    const fullSpeedMs = 1000 / bucket.perSecond()
    return Math.max(fullSpeedMs, Math.min((fullSpeedMs * 100) / percent, longestSpaceMs))
  }

  function waitMs(bucket: LearnedBucket, ahead: number, nowMs: number): number {
    const gateMs = percent === 100 ? 0 : (gates.get(bucket) ?? 0) - nowMs + ahead * spaceMs(bucket)
    return Math.max(bucket.waitMs(nowMs, ahead), gateMs)
  }

  /** Lets go whoever may, and comes back for the next. */
  function serve(bucket: LearnedBucket): void {
    const line = lines.get(bucket)
    if (!line) return
    clearTimeout(line.timer)
    for (let next = line.waiters[0]; next; next = line.waiters[0]) {
      const nowMs = performance.now()
      const restMs = waitMs(bucket, 0, nowMs)
      if (restMs > 0) {
        line.timer = setTimeout(() => serve(bucket), restMs)
        return
      }
      line.waiters.shift()
      // Whoever came a little late does not make all the others late.
      if (percent < 100) gates.set(bucket, Math.max(gates.get(bucket) ?? 0, nowMs - 100) + spaceMs(bucket))
      next(bucket.draw(nowMs))
    }
    lines.delete(bucket)
  }

  function permit(bucket: LearnedBucket, patienceMs: number): Promise<Draw> {
    const line = lines.get(bucket) ?? { waiters: [], timer: undefined }
    const expectedMs = Math.max(0, waitMs(bucket, line.waiters.length, performance.now()))
    if (expectedMs > patienceMs) throw new NotSent(expectedMs)
    lines.set(bucket, line)
    const { promise, resolve, reject } = Promise.withResolvers<Draw>()
    const patience = setTimeout(() => {
      line.waiters.splice(line.waiters.indexOf(waiter), 1)
      reject(new NotSent(waitMs(bucket, line.waiters.length, performance.now())))
    }, patienceMs)
    const waiter: Waiter = (draw) => {
      clearTimeout(patience)
      resolve(draw)
    }
    line.waiters.push(waiter)
    serve(bucket)
    return promise
  }

  /** Where no limit tells how many may be under way: no more than make sense. */
  async function sendInTurn({ kind, carry, deadlineMs }: PacedRequest): Promise<Response> {
    const askedAtMs = performance.now()
    const latestAtMs = deadlineMs - Math.min(answerMs, (deadlineMs - askedAtMs) / 2)
    if (underWay >= concurrency()) await new Promise<void>((resolve) => queue.push(resolve))
    else underWay += 1
    try {
      // Its call may have been given up: what nobody waits for any more is not sent.
      if (performance.now() > latestAtMs) throw new NotSent(0)
      return await limits.send(kind, carry, { permit: undefined })
    } finally {
      underWay -= 1
      while (underWay < concurrency()) {
        const next = queue.shift()
        if (!next) break
        underWay += 1
        next()
      }
    }
  }

  async function sendFrom(bucket: LearnedBucket | null | undefined, request: PacedRequest): Promise<Response> {
    if (!bucket) return sendInTurn(request)
    const draw = await permit(bucket, request.giveUpAtMs - performance.now())
    try {
      return await limits.send(request.kind, request.carry, { permit: { bucket, draw } })
    } finally {
      serve(bucket) // the answer may have told of more room
    }
  }

  const rates = () => {
    const kindsOf = new Map<LearnedBucket, string[]>()
    for (const kind of kinds) {
      const bucket = limits.bucketOf(kind)
      if (bucket) kindsOf.set(bucket, [...(kindsOf.get(bucket) ?? []), kind])
    }
    return [...kindsOf].map(([bucket, together]) => ({ kinds: together, requestsPerSecond: 1000 / spaceMs(bucket) }))
  }
  const slowest = () => Math.min(...rates().map(({ requestsPerSecond }) => requestsPerSecond))

  function concurrency(): number {
    const isKnown = [...kinds].some((kind) => limits.bucketOf(kind) !== undefined)
    const reasonable = Number.isFinite(slowest())
      ? slowest() * most.secondsOfWork
      : ((isKnown ? most.known : most.unknown) * percent) / 100
    return Math.max(1, Math.min(most.known, Math.floor(reasonable)))
  }

  return {
    get percent() {
      return percent
    },
    set percent(value) {
      percent = value
      gates = new WeakMap()
      for (const bucket of lines.keys()) serve(bucket)
    },
    limits: rates,
    requestsPerSecond: () => (Number.isFinite(slowest()) ? slowest() : null),
    concurrency,
    async send(kind, deadlineMs, carry) {
      kinds.add(kind)
      const giveUpAtMs = Math.min(performance.now() + longestWaitMs, deadlineMs - answerMs)
      const request = { kind, carry, giveUpAtMs, deadlineMs }
      for (;;) {
        const bucket = limits.bucketOf(kind)
        if (bucket !== undefined) return sendFrom(bucket, request)
        const inquiry = inquiries.get(kind)
        if (inquiry) {
          await over(inquiry, giveUpAtMs)
          continue
        }
        // One asks first, and is as careful as the limit that was last told of; the others learn from the answer.
        const first = sendFrom(limits.latest(), request)
        inquiries.set(kind, first)
        try {
          return await first
        } finally {
          inquiries.delete(kind)
        }
      }
    },
  }
}

interface PacedRequest {
  kind: string
  carry: () => Promise<Response>
  giveUpAtMs: number
  deadlineMs: number
}

/** However it ends. @throws NotSent if it takes too long */
async function over(work: Promise<unknown>, giveUpAtMs: number): Promise<void> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new NotSent(longestWaitMs)), Math.max(0, giveUpAtMs - performance.now()))
  try {
    await Promise.race([work.catch(() => undefined), tooLate])
  } finally {
    clearTimeout(timer)
  }
}
