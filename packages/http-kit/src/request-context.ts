import { randomUUID } from 'node:crypto'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import type { Logger } from './logger.ts'

interface RequestContext {
  requestId: string
  startedAt: number
  error?: unknown
}

const contexts = new WeakMap<Request, RequestContext>()

/** The id under which this request stands in the log; answers carry it as `X-Request-Id`. */
export function requestIdOf(req: Request): string {
  return contexts.get(req)?.requestId ?? 'unknown'
}

/** Error handlers leave here what a request failed of, so that its one log line can say it. */
export function noteFailure(req: Request, error: unknown): void {
  const context = contexts.get(req)
  if (context) context.error = error
}

/**
 * Gives each request an id and, when it is answered, one log line: a 5xx is `error` with its stack, all else `info`.
 * The line holds the path without its query: search terms are often e-mail addresses.
 */
export function requestContext(logger: Logger): RequestHandler {
  return (req: Request, res: Response, next: NextFunction) => {
    if (contexts.has(req)) return next() // a router inside a router: one request, one id, one line
    const context: RequestContext = { requestId: randomUUID(), startedAt: performance.now() }
    contexts.set(req, context)
    res.setHeader('X-Request-Id', context.requestId)
    const path = req.originalUrl.split('?', 1)[0]
    res.once('close', () => {
      const fields = {
        requestId: context.requestId,
        method: req.method,
        path,
        status: res.statusCode,
        durationMs: Math.round((performance.now() - context.startedAt) * 10) / 10,
      }
      if (!res.writableFinished) logger.info(fields, 'request abandoned by its caller')
      else if (res.statusCode >= 500) logger.error({ ...fields, err: context.error }, 'request failed')
      else logger.info(fields, 'request answered')
    })
    next()
  }
}
