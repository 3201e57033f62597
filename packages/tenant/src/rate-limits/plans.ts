/** A token bucket: so many at once, and so many more each second. */
export interface Limit {
  burst: number
  perSecond: number
}

export interface Rule {
  /** Names the bucket. */
  name: string
  methods?: string[]
  path: RegExp
  limit: Limit
  /** Whose bucket it is; absent: one for all. */
  per?: 'address' | 'token'
}

export interface Plan {
  /** For the Management API as a whole, and for the Authentication API as a whole. */
  management?: Limit
  authentication: Limit
  rules: Rule[]
}

const perMinute = (burst: number, rate: number): Limit => ({ burst, perSecond: rate / 60 })
const perSecond = (rate: number): Limit => ({ burst: rate, perSecond: rate })

const users = /^\/api\/v2\/users(\/|$)/
/** Auth0's public figures ("Rate Limit Configurations": free-public, essentials-professional-b2b, enterprise-public). */
export const plans: Record<'free' | 'essentials' | 'enterprise', Plan> = {
  free: {
    management: perSecond(2),
    authentication: perMinute(300, 300),
    rules: [
      { name: 'token', path: /^\/oauth\/token$/, limit: perSecond(30) },
      { name: 'userinfo', path: /^\/userinfo$/, limit: perMinute(10, 5), per: 'token' },
      { name: 'change_password', path: /^\/dbconnections\/change_password$/, limit: perMinute(10, 1), per: 'address' },
      { name: 'passwordless', path: /^\/passwordless\/start$/, limit: { burst: 50, perSecond: 50 / 3600 }, per: 'address' },
      { name: 'jwks', path: /^\/\.well-known\/jwks\.json$/, limit: perSecond(20) },
    ],
  },
  essentials: {
    authentication: perSecond(25),
    rules: [
      { name: 'read organization members', methods: ['GET'], path: /^\/api\/v2\/organizations\/[^/]+\/members(\/|$)/, limit: perMinute(40, 500) },
      { name: 'read users', methods: ['GET'], path: /^\/api\/v2\/users(-by-email)?(\/|$)/, limit: perMinute(40, 500) },
      { name: 'write users', methods: ['POST', 'PATCH', 'PUT'], path: users, limit: perMinute(20, 200) },
      { name: 'delete users', methods: ['DELETE'], path: users, limit: perMinute(20, 200) },
      { name: 'read logs', methods: ['GET'], path: /^\/api\/v2\/logs(\/|$)/, limit: perMinute(10, 100) },
      { name: 'read clients', methods: ['GET'], path: /^\/api\/v2\/clients(\/|$)/, limit: perMinute(5, 100) },
      { name: 'read connections', methods: ['GET'], path: /^\/api\/v2\/connections(\/|$)/, limit: perMinute(5, 50) },
      { name: 'other management', path: /^\/api\/v2\//, limit: perMinute(50, 900) },
    ],
  },
  enterprise: { management: { burst: 50, perSecond: 16 }, authentication: perSecond(100), rules: [] },
} // prettier-ignore
