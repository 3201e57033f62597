import { AsyncLocalStorage } from 'node:async_hooks'
import { ManagementClient, TokenProvider } from 'auth0'
import { createCallTenant, type TenantSession, type Within } from './call-tenant.ts'
import { createReadApis, type ReadApis } from './apis.ts'
import { checkTenant, type TenantFinding } from './check-tenant.ts'
import { createReadClientNames, type ReadClientNames } from './client-names.ts'
import { createReadConnections, type ReadConnections } from './connections.ts'
import { createUserCreation, type CreateUser } from './create-user.ts'
import { createTenantCredentialChanges, type TenantCredentialChanges } from './credential-changes.ts'
import { createTenantGroupAccess, type TenantGroupAccess } from './group-access.ts'
import { createTenantJobs, type TenantJobs } from './jobs.ts'
import { createTenantLogs, type TenantLogs } from './logs.ts'
import { createTenantMembershipChanges, type TenantMembershipChanges } from './membership-changes.ts'
import { createTenantOfUser, type TenantOfUser } from './of-user.ts'
import { createTenantOrganizations, type TenantOrganizations } from './organizations.ts'
import { kindOf, learnLimits } from './pacing/learned-limits.ts'
import { openPermits, type Permits } from './pacing/open-permits.ts'
import type { RateLimit } from './pacing/read-rate-limit.ts'
import { watchRateLimits } from './rate-limits.ts'
import { createPasswordReset, type RequestPasswordReset } from './password-reset.ts'
import { createReach } from './reach-tenant.ts'
import { createTenantRoles, type TenantRoles } from './roles.ts'
import { createTenantFetch, type Fetch } from './tenant-fetch.ts'
import { tenantOrigin } from './tenant-origin.ts'
import { createTenantUserChanges, type TenantUserChanges } from './user-changes.ts'
import { createReadUserRecord, type ReadUserRecord } from './user-record.ts'
import { createReadUsersByEmail, type ReadUsersByEmail } from './users-by-email.ts'
import { createTenantUsers, type TenantUsers } from './users.ts'
import { watchForChanges } from './watch-for-changes.ts'

export interface TenantClientOptions {
  /** `example.eu.auth0.com`, or an origin such as `http://localhost:8001` for a tenant on this machine. */
  domain: string
  /** The machine-to-machine application. */
  clientId: string
  clientSecret: string
  /** The Management API's identifier; `https://<domain>/api/v2/` when absent. */
  audience?: string
  /** PEM of a certificate authority to trust besides the well-known ones. */
  ca?: string
  fetch?: Fetch
  /** For one call in all, retries included. */
  deadlineMs?: number
  /** How many users paging can reach; Auth0's is 1,000. Infinity: all of them. */
  pagingLimit?: number
}

export interface TenantClient {
  readonly origin: string
  readonly pagingLimit: number
  readonly users: TenantUsers
  /** All that changes a user, or sends them mail. */
  readonly changes: TenantUserChanges &
    TenantCredentialChanges &
    TenantMembershipChanges & { createUser: CreateUser; requestPasswordReset: RequestPasswordReset }
  readonly roles: TenantRoles
  readonly organizations: TenantOrganizations
  readonly jobs: TenantJobs
  readonly logs: TenantLogs
  readonly ofUser: TenantOfUser
  readonly groupAccess: TenantGroupAccess
  readonly apis: ReadApis
  readonly connections: ReadConnections
  readonly clientNames: ReadClientNames
  readonly usersByEmail: ReadUsersByEmail
  readonly userRecord: ReadUserRecord
  /** The same, for work in bulk that leaves people their share of the tenant's limits. @param wanted.percent 1 to 100 */
  openPace(wanted: { percent: number }): Pace
  /** What is left of the tenant's limit on reading this; undefined where it names none. */
  rateLimitOf(noun: 'users' | 'logs' | 'roles' | 'organizations' | 'jobs'): RateLimit | undefined
  /** Whether the tenant answers at all; spends none of its Management API's rate limit. @throws Unavailable */
  reach(): Promise<void>
  /**
   * For start-up: tries the credentials and reads what they are good for.
   * @param applicationAudience the identifier of the API that staff's access tokens are for (AUTH0_AUDIENCE)
   */
  check(applicationAudience: string): Promise<TenantFinding[]>
  close(): Promise<void>
}

/** The speed of work in bulk, and the client that keeps to it: each of its requests waits for its turn, 3 seconds at the most. */
export interface Pace extends Omit<Permits, 'send'> {
  /** @throws TooManyRequests `tenant-rate-limited`, of a request that was not sent, where it would have to wait for longer than a call may take */
  readonly tenant: PacedTenant
}

export type PacedTenant = Pick<
  TenantClient,
  | 'origin'
  | 'pagingLimit'
  | 'users'
  | 'changes'
  | 'roles'
  | 'organizations'
  | 'jobs'
  | 'logs'
  | 'ofUser'
  | 'groupAccess'
  | 'apis'
  | 'connections'
  | 'clientNames'
  | 'usersByEmail'
  | 'userRecord'
>

/**
 * A typed client of the Management API. It cannot tell our tenant from auth0.com. One token serves all calls until shortly
 * before it expires; concurrent calls share one request for it. Neither the secret nor a token is ever in an error.
 */
export function createTenantClient(options: TenantClientOptions): TenantClient {
  const { clientId, clientSecret, deadlineMs = 10_000, pagingLimit = 1000 } = options
  const origin = tenantOrigin(options.domain)
  const domain = new URL(origin).host // all the SDK takes; the fetch below knows the scheme
  const audience = options.audience ?? `https://${domain}/api/v2/`
  const carrier = createTenantFetch(options)
  const rateLimits = watchRateLimits(carrier.ask)
  const newTokens = (wanted: string) =>
    new TokenProvider({ domain, clientId, clientSecret, audience: wanted, fetch: carrier.ask })
  const limits = learnLimits()
  /** In whose turn a request is made; the SDK passes nothing on to the fetch it is given. */
  const turns = new AsyncLocalStorage<{ permits: Permits; deadlineMs: number }>()
  const limitedFetch: Fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    const kind = kindOf(init?.method ?? 'GET', url)
    const carry = () => rateLimits.fetch(input, init)
    const turn = turns.getStore()
    return turn ? turn.permits.send(kind, turn.deadlineMs, carry) : limits.send(kind, carry)
  }

  const openSession = (): TenantSession => {
    const tokens = newTokens(audience)
    const accessToken = () => tokens.getAccessToken()
    return { accessToken, sdk: new ManagementClient({ domain, token: accessToken, fetch: limitedFetch }) }
  }
  const reach = createReach({ origin, fetch: carrier.ask })
  const callWithin = createCallTenant({ origin, openSession, deadlineMs })
  const userChanges = { count: 0 }

  function clientWithin(within: Within): PacedTenant {
    const call = callWithin(within)
    const users = createTenantUsers(call, userChanges)
    const change = watchForChanges(call, users.forget)
    const roles = createTenantRoles(call)
    const organizations = createTenantOrganizations(call)
    return {
      origin,
      pagingLimit,
      users,
      changes: {
        ...createTenantUserChanges(change),
        ...createTenantCredentialChanges(change),
        ...createTenantMembershipChanges(change),
        createUser: createUserCreation(change),
        requestPasswordReset: createPasswordReset({ origin, fetch: limitedFetch, deadlineMs, within }),
      },
      roles,
      organizations,
      jobs: createTenantJobs(call, { origin, fetch: carrier.fetch }),
      logs: createTenantLogs(call),
      ofUser: createTenantOfUser(call, { roles, organizations }),
      groupAccess: createTenantGroupAccess(call),
      apis: createReadApis(call),
      connections: createReadConnections(call),
      clientNames: createReadClientNames(call),
      usersByEmail: createReadUsersByEmail(call),
      userRecord: createReadUserRecord(call),
    }
  }

  return {
    ...clientWithin((_deadlineMs, work) => work()),
    openPace(wanted) {
      const permits = openPermits(limits, wanted)
      const tenant = clientWithin((deadline, work) => turns.run({ permits, deadlineMs: deadline }, work))
      return Object.assign(permits, { tenant })
    },
    rateLimitOf: rateLimits.of,
    reach,
    check: (applicationAudience) =>
      checkTenant(
        { origin, reach, requestToken: (wanted) => newTokens(wanted).getAccessToken() },
        { managementAudience: audience, applicationAudience },
      ),
    close: () => carrier.close(),
  }
}
