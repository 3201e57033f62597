import type { RequestHandler, Response } from 'express'

/**
 * Has `res.json` send its value at once. Express would hash each answer for its ETag and look whether the reader has it already, which nobody has
 * whose answers are not to be stored: for routes that say `Cache-Control: no-store`.
 */
export const jsonAtOnce: RequestHandler = (_req, res, next) => {
  res.json = sendJson
  next()
}

function sendJson(this: Response, value: unknown): Response {
  const body = JSON.stringify(value)
  if (!this.hasHeader('Content-Type')) this.setHeader('Content-Type', 'application/json; charset=utf-8')
  this.setHeader('Content-Length', Buffer.byteLength(body))
  return this.end(body)
}
