import { retryAfter } from '../tenant-fault.ts'
import { learnBucket, type Draw, type LearnedBucket } from './learned-bucket.ts'
import { readRateLimit, type RateLimit } from './read-rate-limit.ts'

/** What the tenant's answers, to whomever, have told of its limits. Requests of one kind (`PATCH users`) draw on one bucket. */
export interface LearnedLimits {
  /** @returns null where the tenant names no limit; undefined until it has been asked for something of this kind */
  bucketOf(kind: string): LearnedBucket | null | undefined
  /** The bucket that was last told of. */
  latest(): LearnedBucket | undefined
  /** @param bulk absent: somebody waits for the answer, and it goes at once */
  send(kind: string, carry: () => Promise<Response>, bulk?: { permit: Drawn | undefined }): Promise<Response>
}

export interface Drawn {
  bucket: LearnedBucket
  draw: Draw
}

interface Kind {
  bucket: LearnedBucket | null
  /** Another limit than the bucket's, told of once: to be believed when it is told again. */
  rumour?: number
  /** How many answers in a row told of no limit. */
  silences: number
}

const longestBelievedMs = 60_000
const silencesBelieved = 10
/** More than people's own retry waits beyond the moment that is named, so that their turn comes before that of work in bulk. */
const headStartOf = (waitMs: number) => waitMs * 1.1 + 1000

export function learnLimits(): LearnedLimits {
  const kinds = new Map<string, Kind>()
  let latest: LearnedBucket | undefined

  const buckets = () => [...kinds.values()].flatMap(({ bucket }) => bucket ?? [])

  /** Kinds with the same limit are taken for one bucket until what is told of them shows that they are not. */
  function placeOf(told: RateLimit, drawn: Drawn | undefined): LearnedBucket {
    if (drawn?.bucket.limit === told.limit) {
      const isShared = buckets().filter((bucket) => bucket === drawn.bucket).length > 1
      const isAnother = isShared && drawn.bucket.disagrees(drawn.draw, told, performance.now())
      return isAnother ? learnBucket(told.limit) : drawn.bucket
    }
    return buckets().find((bucket) => bucket.limit === told.limit) ?? learnBucket(told.limit)
  }

  function hear(kind: string, response: Response, drawn: Drawn | undefined): LearnedBucket | undefined {
    const told = readRateLimit(response.headers)
    const known = kinds.get(kind)
    const nowMs = performance.now()
    const isRumour = told && known?.bucket && known.bucket.limit !== told.limit && known.rumour !== told.limit
    if (!told || isRumour) {
      drawn?.bucket.settle(drawn.draw, undefined, nowMs)
      if (known && told) known.rumour = told.limit
      // A refusal has no such headers at Auth0, whatever the limit.
      else if (response.ok) kinds.set(kind, afterSilence(known))
      return known?.bucket ?? undefined
    }
    const bucket = placeOf(told, drawn)
    if (drawn && drawn.bucket !== bucket) drawn.bucket.settle(drawn.draw, undefined, nowMs)
    bucket.settle(drawn?.bucket === bucket ? drawn.draw : bucket.draw(nowMs), told, nowMs)
    kinds.set(kind, { bucket, silences: 0 })
    latest = bucket
    return bucket
  }

  return {
    bucketOf: (kind) => kinds.get(kind)?.bucket,
    latest: () => latest,
    async send(kind, carry, bulk) {
      const known = kinds.get(kind)?.bucket
      const drawn = bulk?.permit ?? (known ? { bucket: known, draw: known.draw(performance.now()) } : undefined)
      try {
        const response = await carry()
        const bucket = hear(kind, response, drawn)
        if (response.status === 429 && bucket) {
          const namedMs = (retryAfter(response.headers, Date.now()) ?? 1) * 1000
          const waitMs = Math.min(longestBelievedMs, namedMs)
          bucket.closeUntil(performance.now() + (bulk ? waitMs : headStartOf(waitMs)))
        }
        return response
      } catch (error) {
        drawn?.bucket.settle(drawn.draw, undefined, performance.now())
        throw error
      }
    },
  }
}

const afterSilence = (known: Kind | undefined): Kind =>
  known?.bucket && known.silences < silencesBelieved
    ? { ...known, silences: known.silences + 1 }
    : { bucket: null, silences: 0 }

/** `PATCH users`, `GET users/roles`: what a tenant may have a limit of its own for. */
export function kindOf(method: string, url: string): string {
  const [noun = '', , part] = new URL(url).pathname.replace(/^\/(api\/v2\/)?/, '').split('/')
  return `${method} ${part ? `${noun}/${part}` : noun}`
}
