import { setTimeout as sleep } from 'node:timers/promises'
import type { ManagementClient } from 'auth0'
import { UpstreamFailed } from '@rollcall/http-kit'
import {
  cannotHaveBegun,
  mayPass,
  readTenantFault,
  toRollcallError,
  type TenantFault,
  type TenantStep,
} from './tenant-fault.ts'

/** One token and the SDK client that uses it. A refused token means a new session. */
export interface TenantSession {
  sdk: ManagementClient
  accessToken(): Promise<string>
}

/** The SDK's own retries would repeat a POST; they are off, and this says what we do instead. */
export interface AttemptOptions {
  abortSignal: AbortSignal
  maxRetries: 0
}

export interface TenantTask<T> {
  /** True for what does no more when done twice than once: GET, most of DELETE, PATCH to the same values. What creates or sends mail is not. */
  isRepeatable: boolean
  /** Never to be in what is said of a failure, even where the tenant repeats it. */
  secret?: string
  run(sdk: ManagementClient, options: AttemptOptions): Promise<T>
}

export type CallTenant = <T>(task: TenantTask<T>) => Promise<T>

/** Does a piece of work that knows until when, by `performance.now()`, its answer is of use. */
export type Within = <T>(deadlineMs: number, work: () => Promise<T>) => Promise<T>

export interface CallTenantDeps {
  origin: string
  openSession(): TenantSession
  /** For the whole call: token, attempts and the waits between them. */
  deadlineMs: number
}

const firstBackoffMs = 200
const mostBackoffs = 3 // people wait for the answer; a limit that names its own wait may take all of the deadline

/**
 * Calls the tenant inside a deadline. A refused token is renewed once; what may pass is asked again after a jittered wait, or
 * after the wait the tenant asks for, where repeating is safe.
 * @returns what makes such functions, all with one token: each attempt is made by `within`. They throw the RollcallError family:
 *   Unavailable, TooManyRequests, UpstreamFailed, NotFound, InvalidInput, Conflict
 */
export function createCallTenant({ origin, openSession, deadlineMs }: CallTenantDeps): (within: Within) => CallTenant {
  let session = openSession()

  return (within) => async (task) => {
    const deadlineAt = performance.now() + deadlineMs
    let mayRenew = true
    let mayHaveBegun = false
    for (let attempt = 0; ; attempt += 1) {
      const used = session
      const outcome = await attemptOnce(
        used,
        { ...task, run: (sdk, options) => within(deadlineAt, () => task.run(sdk, options)) },
        Math.max(1, Math.ceil(deadlineAt - performance.now())),
      )
      if (!('fault' in outcome)) return outcome.value
      const { fault } = outcome
      if (fault.step === 'call' && fault.status === 401 && mayRenew) {
        mayRenew = false
        // Of many calls that meet a refused token, the first opens the new session and the others find it.
        if (session === used) session = openSession()
        continue
      }
      const isSafe = task.isRepeatable || cannotHaveBegun(fault)
      const waitMs = fault.retryAfterSeconds === undefined ? backoffMs(attempt) : fault.retryAfterSeconds * 1000
      const isTimeUp = attempt >= mostBackoffs && fault.retryAfterSeconds === undefined
      if (!isSafe || !mayPass(fault) || isTimeUp || performance.now() + waitMs >= deadlineAt) {
        throw toRollcallError(fault, origin, mayHaveBegun)
      }
      mayHaveBegun ||= !cannotHaveBegun(fault)
      await sleep(waitMs * (1 + Math.random() * 0.1))
    }
  }
}

async function attemptOnce<T>(
  session: TenantSession,
  task: TenantTask<T>,
  timeoutMs: number,
): Promise<{ value: T } | { fault: TenantFault }> {
  // AbortSignal.timeout would go on counting after the answer, for each of hundreds of calls a second.
  const patience = new AbortController()
  const abortSignal = patience.signal
  const timer = setTimeout(() => patience.abort(new DOMException('It took too long.', 'TimeoutError')), timeoutMs)
  let step: TenantStep = 'token'
  try {
    const token = await before(abortSignal, session.accessToken())
    if (!token) throw new UpstreamFailed('tenant-failed', 'The tenant answered a token request without a token.')
    step = 'call'
    return { value: await before(abortSignal, task.run(session.sdk, { abortSignal, maxRetries: 0 })) }
  } catch (error) {
    if (error instanceof UpstreamFailed) throw error
    const fault = readTenantFault(error, step, Date.now())
    return { fault: task.secret ? { ...fault, reason: fault.reason.replaceAll(task.secret, '[hidden]') } : fault }
  } finally {
    clearTimeout(timer)
  }
}

/** The SDK's token request takes no signal of ours, and its reading of a body outlives its own timeout. */
async function before<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** Anywhere between half and all of a doubling wait, so that many callers do not come back together. */
function backoffMs(attempt: number): number {
  return firstBackoffMs * 2 ** attempt * (0.5 + Math.random() / 2)
}
