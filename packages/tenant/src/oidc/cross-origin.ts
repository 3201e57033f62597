import type { RequestHandler } from 'express'
import type { TenantContext } from '../tenant-context.ts'

/** How long a change of an application's origins may take to be noticed. */
const freshnessMs = 1000

/**
 * Lets pages of the applications' own origins call the endpoints a browser needs. No cookie is involved, and no other origin gets an
 * answer it can read.
 */
export function crossOrigin({ db }: TenantContext): RequestHandler {
  let known = new Set<string>()
  let readAt = -Infinity
  const origins = async () => {
    if (performance.now() - readAt < freshnessMs) return known
    const rows = await db.selectFrom('clients').select('settings').execute()
    known = new Set(rows.flatMap(({ settings }) => originsIn(settings)))
    readAt = performance.now()
    return known
  }
  return async (req, res, next) => {
    const { origin } = req.headers
    res.vary('Origin')
    if (origin !== undefined && (await origins()).has(origin)) {
      res.setHeader('Access-Control-Allow-Origin', origin)
      res.setHeader('Access-Control-Expose-Headers', 'DPoP-Nonce, WWW-Authenticate, X-Request-Id')
      res.setHeader('Access-Control-Allow-Methods', 'GET, POST, DELETE, OPTIONS')
      res.setHeader('Access-Control-Allow-Headers', 'Authorization, Content-Type, Auth0-Client, DPoP')
      res.setHeader('Access-Control-Max-Age', '600')
    }
    if (req.method === 'OPTIONS') return void res.status(204).end()
    next()
  }
}

function originsIn(settings: Record<string, unknown>): string[] {
  const { web_origins: web, allowed_origins: allowed, callbacks } = settings
  return [web, allowed, callbacks]
    .flat()
    .filter((address): address is string => typeof address === 'string' && URL.canParse(address))
    .map((address) => new URL(address).origin)
}
