import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler } from 'express'
import {
  Conflict,
  InvalidInput,
  NotAuthenticated,
  PartlyDone,
  RollcallError,
  ScopeMissing,
  TooLarge,
  TooManyRequests,
  Unavailable,
} from './errors.ts'
import { noteFailure, requestIdOf } from './request-context.ts'

/**
 * The one end of every refusal on an API of ours: `application/problem+json` (RFC 9457). An error outside the family is a
 * bug: its caller gets a request id, the log gets the rest.
 */
export const problemHandler: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (res.headersSent) return next(error)
  const known = toRollcallError(error)
  const status = known?.status ?? 500
  if (status >= 500) noteFailure(req, error)
  if (known instanceof NotAuthenticated) res.setHeader('WWW-Authenticate', known.challenge)
  const waits = known instanceof TooManyRequests || known instanceof Unavailable
  if (waits && known.retryAfterSeconds !== undefined) res.setHeader('Retry-After', String(known.retryAfterSeconds))
  res.status(status).type('application/problem+json').setHeader('Cache-Control', 'no-store')
  res.send(
    JSON.stringify({
      type: 'about:blank',
      title: STATUS_CODES[status],
      status,
      detail: known?.message ?? 'Something went wrong on our side. Quote the request id when you report it.',
      instance: req.originalUrl.split('?', 1)[0],
      code: known?.code ?? 'internal-error',
      requestId: requestIdOf(req),
      ...(known instanceof InvalidInput && known.faults.length > 0 && { errors: known.faults }),
      ...(known instanceof Conflict && known.differences.length > 0 && { differences: known.differences }),
      ...(known instanceof PartlyDone && { steps: known.steps, userId: known.userId }),
      ...(known instanceof ScopeMissing && { missingScopes: known.scopes }),
    }),
  )
}

/** What Express and its body parsers throw (`http-errors`: a 4xx with `expose`), told in our family. */
export function toRollcallError(error: unknown): RollcallError | undefined {
  if (error instanceof RollcallError) return error
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') {
    // Express's own decoder of path parameters throws a bare URIError.
    return error instanceof URIError
      ? new InvalidInput('invalid-path', 'The path is not valid percent-encoding.')
      : undefined
  }
  if (error.status === 413)
    return new TooLarge('too-large', 'The body is larger than this address accepts.', { cause: error })
  if (error.status >= 400 && error.status < 500) {
    return new InvalidInput('malformed-request', `The request cannot be read: ${error.message}.`, [], { cause: error })
  }
  return undefined
}
