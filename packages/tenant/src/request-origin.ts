import type { Request } from 'express'
import type { TenantContext } from './tenant-context.ts'

/**
 * The listed origin this request was made to; the canonical one for any other Host. What tokens and metadata say follows this list,
 * never a header that a caller makes up.
 */
export function originOf({ origins }: Pick<TenantContext, 'origins'>, req: Request): string {
  const listed = origins()
  const scheme = 'encrypted' in req.socket && req.socket.encrypted ? 'https' : 'http'
  const called = `${scheme}://${req.headers.host ?? ''}`
  return listed.find((origin) => origin === called) ?? listed[0] ?? called
}

/** Whom a request came from: the peer of the connection, never a header that a caller makes up. */
export function addressOf(req: Request): string {
  return req.socket.remoteAddress?.replace(/^::ffff:/, '') ?? 'unknown'
}
