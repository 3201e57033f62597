import { ManagementError, ManagementTimeoutError } from 'auth0'
import { ManagementErrorBody, OAuthErrorBody } from '@rollcall/contracts/management-api'
import {
  Conflict,
  InvalidInput,
  NotFound,
  RollcallError,
  ScopeMissing,
  TooManyRequests,
  Unavailable,
  UpstreamFailed,
} from '@rollcall/http-kit'
import { NotSent } from './pacing/not-sent.ts'

/** Whether it was Rollcall's own token that could not be had, or the call made with it. */
export type TenantStep = 'token' | 'call'

/**
 * What is worth keeping of a failed exchange. The SDK's own error is not: it holds the address (search text is in it) and
 * the whole answer, and would take both into the log.
 */
export interface TenantFault {
  step: TenantStep
  /** Absent: there was no answer. */
  status: number | undefined
  /** Auth0's own words, or why there was no answer. */
  reason: string
  /** Auth0's `errorCode` ('' where its body has none), or OAuth's `error`; absent if somebody else's body came. */
  code: string | undefined
  /** Whether what was asked may have come to the tenant. */
  hasReached: boolean
  /** How long the tenant asks to be left alone, in seconds. */
  retryAfterSeconds: number | undefined
}

/** @param nowMs the moment of the answer, in epoch milliseconds */
export function readTenantFault(error: unknown, step: TenantStep, nowMs: number): TenantFault {
  const silent = { step, status: undefined, code: undefined, hasReached: true, retryAfterSeconds: undefined }
  if (error instanceof ManagementTimeoutError) return { ...silent, reason: 'it did not answer in time' }
  if (error instanceof ManagementError && error.statusCode !== undefined) {
    const { statusCode: status, body, rawResponse } = error
    const retryAfterSeconds = retryAfter(rawResponse?.headers, nowMs)
    const management = ManagementErrorBody.safeParse(body)
    if (management.success) {
      const { message: reason, errorCode: code = '' } = management.data
      return { step, status, reason, code, hasReached: true, retryAfterSeconds }
    }
    const oauth = OAuthErrorBody.safeParse(body)
    if (oauth.success) {
      const reason = oauth.data.error_description ?? oauth.data.error
      return { step, status, reason, code: oauth.data.error, hasReached: true, retryAfterSeconds }
    }
    return {
      step,
      status,
      reason: `it answered ${status} without Auth0’s error body`,
      code: undefined,
      hasReached: true,
      retryAfterSeconds,
    }
  }
  if (error instanceof SyntaxError) {
    return { ...silent, status: 200, reason: 'its answer is not JSON' }
  }
  return { ...silent, ...networkFault(error) }
}

/** Whether asking again may go better. Only for what is safe to repeat. */
export function mayPass(fault: TenantFault): boolean {
  return fault.status === undefined || fault.status === 408 || fault.status === 429 || fault.status >= 500
}

/**
 * Whether the tenant cannot have begun with what it was asked: it refused before looking at it, or was never reached. Then asking again
 * does nothing twice, whatever it is.
 */
export function cannotHaveBegun({ step, status, hasReached }: TenantFault): boolean {
  return step === 'token' || status === 429 || !hasReached
}

/** What the tenant said when it refused, in its own words. */
export interface TenantAnswer {
  /** null: it did not answer. */
  status: number | null
  errorCode: string | null
  message: string
  /** True: nothing was done. False: it may have been done all the same. */
  isRefusal: boolean
}

const answers = new WeakMap<RollcallError, TenantAnswer>()

export const isRefused = (status: number) => status >= 400 && status < 500 && status !== 408

/** @returns undefined for an error that is not of the tenant's making */
export function tenantAnswerOf(error: unknown): TenantAnswer | undefined {
  return error instanceof RollcallError ? answers.get(error) : undefined
}

export function noteTenantAnswer<Refusal extends RollcallError>(error: Refusal, answer: TenantAnswer): Refusal {
  answers.set(error, answer)
  return error
}

/**
 * @param origin the tenant's, for the sentence
 * @param mayHaveBegun the same was asked before, and nobody knows what came of that
 */
export function toRollcallError(fault: TenantFault, origin: string, mayHaveBegun = false): RollcallError {
  const { status = null, code, reason } = fault
  const isRefusal = !mayHaveBegun && (cannotHaveBegun(fault) || (status !== null && isRefused(status)))
  return noteTenantAnswer(inOurWords(fault, origin), { status, errorCode: code || null, message: reason, isRefusal })
}

function inOurWords(fault: TenantFault, origin: string): RollcallError {
  const { status, reason, code, retryAfterSeconds } = fault
  if (status === undefined || status === 408) {
    return new Unavailable(
      'tenant-unreachable',
      `The tenant at ${origin} cannot be reached: ${reason}.`,
      retryAfterSeconds,
    )
  }
  if (status === 429) {
    const detail = 'The tenant’s rate limit is used up; ask again in a moment.'
    return new TooManyRequests('tenant-rate-limited', detail, retryAfterSeconds)
  }
  if (status === 503 || status === 504) {
    return new Unavailable(
      'tenant-unavailable',
      `The tenant at ${origin} is not available: ${reason}`,
      retryAfterSeconds,
    )
  }
  if (fault.step === 'token') {
    return new UpstreamFailed('tenant-refused-credentials', `The tenant gives Rollcall no token: ${reason}`)
  }
  if (status === 403) {
    const detail = `The tenant refuses Rollcall’s own token: ${reason}. Add that scope to the grant of CLIENT_ID for the Management API.`
    return new ScopeMissing('tenant-scope-missing', detail, scopesIn(reason))
  }
  if (status === 401)
    return new UpstreamFailed('tenant-refused-token', `The tenant refuses Rollcall’s own token: ${reason}`)
  // Without Auth0's body it is somebody else who answers: a proxy, a wrong domain.
  if (status === 400 && code === 'invalid_paging') return new InvalidInput('beyond-reach', reason)
  if (status === 400 && code !== undefined)
    return new InvalidInput('tenant-refused', `The tenant refuses this: ${reason}`)
  if (status === 404 && code !== undefined) return new NotFound('not-found', reason)
  if (status === 409 && code !== undefined) return new Conflict('tenant-conflict', reason)
  return new UpstreamFailed('tenant-failed', `The tenant at ${origin} failed with ${status}: ${reason}`)
}

/** Auth0 says `Insufficient scope, expected any of: read:sessions`. */
const scopesIn = (reason: string): string[] => reason.split('expected any of:')[1]?.match(/[a-z_]+:[a-z_]+/g) ?? []

/** `Retry-After` (seconds or a date), else `x-ratelimit-reset` (epoch seconds). */
export function retryAfter(headers: Headers | undefined, nowMs: number): number | undefined {
  const wanted = headers?.get('retry-after')
  const reset = headers?.get('x-ratelimit-reset')
  const seconds = wanted
    ? Number.isNaN(Number(wanted))
      ? (Date.parse(wanted) - nowMs) / 1000
      : Number(wanted)
    : Number(reset ?? Number.NaN) - nowMs / 1000
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined
}

const networkReasons: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such domain',
  EAI_AGAIN: 'its domain could not be looked up just now',
  ECONNRESET: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
  ETIMEDOUT: 'it did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'it did not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'it did not answer in time',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not trusted',
}

/** No connection was made, so nothing was sent. */
const unreached = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

/** fetch fails as `TypeError: fetch failed`; what happened is in the causes beneath, the SDK's wrapping on top. */
function networkFault(
  error: unknown,
): Pick<TenantFault, 'reason' | 'hasReached'> & Partial<Pick<TenantFault, 'status' | 'retryAfterSeconds'>> {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    // What the tenant would have answered.
    if (cause instanceof NotSent)
      return { status: 429, reason: cause.message, hasReached: false, retryAfterSeconds: cause.retryAfterSeconds }
    if (cause.name === 'TimeoutError' || cause.name === 'AbortError')
      return { reason: 'it did not answer in time', hasReached: true }
    const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
    if (code !== undefined) {
      const reason = networkReasons[code] ?? `the connection failed (${code})`
      return { reason, hasReached: !unreached.has(code) }
    }
    if (cause.message === 'unexpected redirect') return { reason: 'it answers with a redirect', hasReached: true }
  }
  return { reason: 'the connection failed', hasReached: true }
}
