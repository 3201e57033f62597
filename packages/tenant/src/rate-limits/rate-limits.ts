import type { Request, RequestHandler, Response } from 'express'
import { sha256 } from '../hashing.ts'
import { addressOf } from '../request-origin.ts'
import type { TenantContext } from '../tenant-context.ts'
import { plans } from './plans.ts'
import type { Plan } from './plans.ts'
import { tokenBuckets } from './token-bucket.ts'
import type { Taken } from './token-bucket.ts'

export const rateLimitPlans = ['off', ...(Object.keys(plans) as (keyof typeof plans)[])] as const
export type RateLimitPlan = (typeof rateLimitPlans)[number]

/** Pages of the sign-in side that people look at are not counted. */
const authenticationPath =
  /^\/(oauth|dbconnections|passwordless|mfa|userinfo|\.well-known|authorize|v2\/logout|oidc)(\/|$)/

/**
 * Auth0's limits, for clients that are to be tested against them: the limit of the whole API first, then that of the endpoint. Counted by this
 * process alone.
 */
export function rateLimits(context: TenantContext, name: RateLimitPlan): RequestHandler {
  if (name === 'off') return (_req, _res, next) => next()
  const plan: Plan = plans[name]
  const buckets = tokenBuckets(() => context.now().getTime())
  let warnedAt = 0
  return (req, res, next) => {
    const isManagement = req.path.startsWith('/api/v2/')
    if (!isManagement && !authenticationPath.test(req.path)) return next()
    const whole = isManagement ? plan.management : plan.authentication
    const rule = plan.rules.find(({ methods, path }) => path.test(req.path) && (methods?.includes(req.method) ?? true))
    const refuse = (taken: Taken, message: string) => {
      setHeaders(res, taken)
      if (context.now().getTime() - warnedAt > 60_000) {
        warnedAt = context.now().getTime()
        context.logs.write({ type: 'api_limit', description: message, ip: addressOf(req), details: { path: req.path } })
      }
      const errorCode = 'too_many_requests'
      res
        .status(429)
        .json(
          isManagement
            ? { statusCode: 429, error: 'Too Many Requests', message, errorCode }
            : { error: errorCode, error_description: message },
        )
    }
    const overall = whole && buckets.take(isManagement ? 'management' : 'authentication', whole)
    if (overall && !overall.isAllowed) return refuse(overall, 'Global limit has been reached')
    const own = rule && buckets.take(`${rule.name} ${whoseOf(req, rule.per)}`, rule.limit)
    if (own && !own.isAllowed) return refuse(own, 'Endpoint limit has been reached')
    const told = own ?? overall
    if (told) {
      // Auth0 leaves them out of the Management API's refusals.
      const { writeHead } = res
      res.writeHead = ((...args: Parameters<typeof writeHead>) => {
        if (!isManagement || res.statusCode < 400) setHeaders(res, told)
        return writeHead.apply(res, args)
      }) as typeof writeHead
    }
    next()
  }
}

function setHeaders(res: Response, { limit, remaining, reset }: Taken): void {
  res.setHeader('x-ratelimit-limit', limit)
  res.setHeader('x-ratelimit-remaining', remaining)
  res.setHeader('x-ratelimit-reset', reset)
}

function whoseOf(req: Request, per: 'address' | 'token' | undefined): string {
  if (per === 'address') return addressOf(req)
  if (per === 'token') return sha256(req.headers.authorization ?? '').toString('base64url')
  return ''
}
