import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler, Response } from 'express'
import { UnauthorizedError } from 'express-oauth2-jwt-bearer'

/** Answers a refusal as `application/problem+json` (RFC 9457). */
export function sendProblem(res: Response, status: number, detail: string): void {
  res
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail }))
}

/** What the token check and Express itself refuse. Anything else is a bug, for Express's own handler to log. */
export const problemHandler: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  const status = statusOf(error)
  if (res.headersSent || status >= 500) return next(error)
  if (error instanceof UnauthorizedError) res.set(error.headers) // WWW-Authenticate
  sendProblem(res, status, error instanceof Error ? error.message : String(error))
}

function statusOf(error: unknown): number {
  if (error instanceof URIError) return 400 // an address that is not percent-encoded text
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 500
}
