import type { Request, RequestHandler, Response } from 'express'
import { callerOf } from '../management/authorize.ts'
import type { TenantContext } from '../tenant-context.ts'
import { addressOf } from '../request-origin.ts'
import { operations } from './operations.ts'

/** Holds the ids of the thousand members that may be sent at once. */
const largestBody = 65_536
const revealing = new WeakSet<Response>()

/** To be called by a route that shows secrets: such reads are logged, too. */
export function noteSecretsShown(res: Response): void {
  revealing.add(res)
}

/** Leaves Auth0's log entry for every write of the Management API: `sapi` for one that was done, `fapi` for one that was refused. */
export function logManagement(context: TenantContext): RequestHandler {
  return (req, res, next) => {
    let answer: unknown
    const { json } = res
    res.json = (body: unknown) => {
      answer = body
      return json.call(res, body)
    }
    const log = () => {
      const isRead = req.method === 'GET' || req.method === 'HEAD'
      if (isRead && !revealing.has(res)) return
      const { route } = req as { route?: { path?: unknown } } // Express says any
      const description = operations[`${req.method} ${String(route?.path)}`]
      const { clientId, scopes, subject } = callerOf(req)
      context.logs.write({
        type: isRead ? 'mgmt_api_read' : res.statusCode < 400 ? 'sapi' : 'fapi',
        description: description ?? (isRead ? 'Read secrets' : describe(req.method, String(route?.path ?? req.path))),
        client_id: clientId,
        client_name: '',
        ip: addressOf(req),
        user_agent: req.headers['user-agent'],
        ...auth0Client(req),
        details: {
          request: {
            method: req.method.toLowerCase(),
            path: req.originalUrl.split('?', 1)[0],
            query: masked(req.query),
            userAgent: req.headers['user-agent'],
            body: masked(isRead ? {} : (req.body ?? {})),
            channel: 'api',
            ip: addressOf(req),
            auth: {
              user: subject.endsWith('@clients') ? {} : { user_id: subject },
              strategy: 'jwt',
              credentials: { scopes },
            },
          },
          response: { statusCode: res.statusCode, body: isRead ? {} : masked(answer ?? {}) },
        },
      })
    }
    // What was done is logged although its caller has gone: nothing is sent to them then, and so nothing is finished.
    const end = res.end.bind(res) as (...args: unknown[]) => typeof res
    res.end = (...args: unknown[]) => {
      log()
      return end(...args)
    }
    next()
  }
}

const verbs: Record<string, string> = { POST: 'Create', PATCH: 'Update', PUT: 'Set', DELETE: 'Delete' }

/** What a setting of the tenant is called that has no name of its own here: `Update branding phone providers`. */
const describe = (method: string, path: string): string =>
  [verbs[method] ?? method, ...path.split('/').filter((part) => part !== '' && !part.startsWith(':'))].join(' ').replace(/[-_]/g, ' ') // prettier-ignore

/** What SDKs say of themselves: base64url JSON in the Auth0-Client header. */
function auth0Client(req: Request): { auth0_client?: unknown } {
  const header = req.headers['auth0-client']
  if (typeof header !== 'string' || header.length > 2048) return {}
  try {
    return { auth0_client: JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as unknown }
  } catch {
    return {} // a caller may put anything there
  }
}

const secretName =
  /pass(word|$)|_pass|secret|token|ticket|recovery_code|invitation_url|otp|pem|authorization|(api|access|auth|private|server|signing|shared).?key|dsn|^value$/i
/** Objects that hold nothing but what lets somebody in. */
const secretObject = /^(credentials|configuration)$/i

/** A copy without what nobody should find in a log. */
export function masked(value: unknown): unknown {
  // A file: as JSON it would be a list of numbers.
  if (Buffer.isBuffer(value)) return { omitted: `${value.length} bytes` }
  const text = JSON.stringify(value, (key, member: unknown) => {
    const isSecret = secretName.test(key)
      ? typeof member === 'string'
      : secretObject.test(key) && typeof member === 'object'
    return isSecret ? '*****' : member
  })
  if (text === undefined) return {}
  return text.length > largestBody ? { omitted: `${text.length} characters` } : (JSON.parse(text) as unknown)
}
