import type { RateLimit } from './read-rate-limit.ts'

/** One request, as it was taken from the bucket. */
export interface Draw {
  order: number
  atMs: number
  /** Whether the bucket was thought to have come full at just that moment. */
  isAtBrim: boolean
  /** How many were under way already. */
  besides: number
}

/** A token bucket of the tenant's, as far as it can be known from here. Times are `performance.now()`. */
export interface LearnedBucket {
  readonly limit: number
  /** What comes back to it each second and is not taken by others. */
  perSecond(): number
  /** How long until work in bulk may take one, and people still find their share. @param ahead how many are to be taken before */
  waitMs(nowMs: number, ahead: number): number
  draw(nowMs: number): Draw
  /** @param told undefined where the answer says nothing, or there was none */
  settle(draw: Draw, told: RateLimit | undefined, nowMs: number): void
  /** Whether so much more is told of than was a moment ago that it is not told of this bucket. */
  disagrees(draw: Draw, told: RateLimit, nowMs: number): boolean
  /** Nothing in bulk before then. */
  closeUntil(ms: number): void
}

/** Where nothing is said of when it is full again: what most of Auth0's limits take. */
const secondsToFill = 6
/** Of what comes back for all who draw on a bucket: no one's rate is taken to be less. */
const leastShare = 0.25
/** No plan of Auth0's permits less of anything; believed to be slower, a limit that is none would never be asked again. */
const leastPerSecond = 0.5
/** Should a tenant never tell of less than all: a number that can still be reckoned with. */
const mostPerSecond = 10_000
const steps = { first: 0.2, least: 0.005, most: 0.25, growth: 1.25, halving: 0.5 }
/** How far below the next whole request the level is taken to be when it turns out to be lower than thought. */
const caution = 0.03

/**
 * Keeps the level of a bucket of which only whole numbers are ever told. Between two answers the level rises by the rate; an answer
 * bounds it to what is told and less than one more. Where it had to be moved, the rate was wrong, and is made a little larger or smaller:
 * by steps that grow while they go the same way, and halve when they turn. What others take is in the rate that way.
 */
export function learnBucket(limit: number): LearnedBucket {
  const shareOfPeople = Math.min(limit - 1, Math.max(1, Math.ceil(limit / 4)))
  let level = limit
  let atMs = 0
  let perSecond = Math.max(leastPerSecond, limit / secondsToFill)
  /** What comes back to it for all of us, as told: without what others take. */
  let refill = perSecond
  const fromResets = { missing: 0, seconds: 0 }
  let drawn = 0
  let settled = 0
  let isHeard = false
  let isTaught = false
  let closedUntilMs = 0
  let step = steps.first
  let lastTurn = 0

  const levelAt = (nowMs: number) => level + (perSecond * Math.max(0, nowMs - atMs)) / 1000
  const set = (value: number, nowMs: number) => {
    level = value
    atMs = nowMs
  }

  function boundsOf(draw: Draw, { remaining }: RateLimit, nowMs: number) {
    // The tenant took it half of the way there and back, as far as we know.
    const most = remaining + 1 + (perSecond * (nowMs - draw.atMs)) / 2000
    // Whether it counted those that were under way beside it nobody knows.
    return { least: most - 1 - (drawn - draw.order) - draw.besides, most }
  }

  function turn(direction: 1 | -1): void {
    isTaught = true
    step =
      direction === -lastTurn ? Math.max(steps.least, step * steps.halving) : Math.min(steps.most, step * steps.growth)
    lastTurn = direction
    // Up by equal amounts, down by equal shares, and never far below the whole: so that none of two who draw on one bucket is left with nothing.
    const turned = direction === 1 ? perSecond + Math.max(refill, perSecond) * step : perSecond * (1 - step)
    perSecond = Math.min(mostPerSecond, Math.max(leastPerSecond, refill * leastShare, turned))
  }

  function learnFromReset(fullAtMs: number, missing: number): void {
    // It is told in whole seconds, rounded up.
    fromResets.seconds = fromResets.seconds * 0.98 + (fullAtMs - Date.now()) / 1000 - 0.5
    fromResets.missing = fromResets.missing * 0.98 + missing
    if (fromResets.seconds <= 0 || fromResets.missing <= 0) return
    refill = Math.min(limit, Math.max(limit / 60, fromResets.missing / fromResets.seconds))
    if (!isTaught) perSecond = Math.max(leastPerSecond, refill)
  }

  return {
    limit,
    perSecond: () => perSecond,
    waitMs: (nowMs, ahead) => {
      const missing = shareOfPeople + 1 + ahead - Math.min(limit, levelAt(nowMs))
      return Math.max(closedUntilMs - nowMs, (missing / perSecond) * 1000)
    },
    draw(nowMs) {
      const unbounded = levelAt(nowMs)
      set(Math.min(limit, unbounded) - 1, nowMs)
      drawn += 1
      const isAtBrim = unbounded >= limit - 0.01 && unbounded < limit + 0.1
      return { order: drawn, atMs: nowMs, isAtBrim, besides: drawn - 1 - settled }
    },
    disagrees(draw, told, nowMs) {
      // Not even if it filled at twice the rate.
      const explained = Math.max(2, limit / 8) + levelAt(nowMs) - level
      return boundsOf(draw, told, nowMs).least - levelAt(nowMs) > explained
    },
    settle(draw, told, nowMs) {
      settled += 1
      if (!told) return
      const { least, most } = boundsOf(draw, told, nowMs)
      const before = levelAt(nowMs)
      if (!isHeard) set(least, nowMs)
      else {
        set(Math.max(least, Math.min(before, most - caution)), nowMs)
        if (before < least - 0.01) turn(1)
        else if (before >= most) turn(-1)
        // Of a bucket that is full nobody can tell how long it was: it may fill faster.
        else if (draw.isAtBrim && told.remaining >= limit - 1) turn(1)
      }
      isHeard = true
      if (told.fullAtMs !== undefined) learnFromReset(told.fullAtMs, limit - told.remaining - 0.5)
    },
    closeUntil(ms) {
      closedUntilMs = Math.max(closedUntilMs, ms)
    },
  }
}
