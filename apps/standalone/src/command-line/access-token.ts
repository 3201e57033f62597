import { CommandFailed, exitCodes } from './failure.ts'
import type { Credentials } from './settings.ts'

export interface AccessTokens {
  /** One that is good for a while. */
  get(): Promise<string>
  /** Whether it is worth asking for another one: the last was refused. */
  renew(): boolean
}

/** Renewed so long before it expires: it has to last for the request it is sent with. */
const aheadMs = 60_000

/** The application's own by the client credentials grant (RFC 6749 §4.4), asked for once and again when it is about to expire. */
export function openAccessTokens(credentials: () => Credentials, signal: AbortSignal): AccessTokens {
  let held: { token: string; until: number } | undefined
  let isGiven = false
  return {
    async get() {
      if (held && performance.now() < held.until) return held.token
      const known = credentials()
      isGiven = known.kind === 'token'
      held = known.kind === 'token' ? { token: known.token, until: Infinity } : await request(known, signal)
      return held.token
    },
    renew() {
      held = undefined
      return !isGiven
    },
  }
}

async function request(
  { tenant, audience, clientId, clientSecret }: Extract<Credentials, { kind: 'application' }>,
  signal: AbortSignal,
): Promise<{ token: string; until: number }> {
  const body = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, audience }
  const response = await fetch(`${tenant}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
    redirect: 'error', // a secret goes where it was meant to go
    signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
  }).catch((error: unknown) => {
    signal.throwIfAborted()
    throw new CommandFailed(exitCodes.unavailable, 'tenant-unreachable', `The tenant ${tenant} cannot be reached.`, {
      hints: [reasonOf(error), 'ROLLCALL_TENANT (or AUTH0_DOMAIN) says where it is.'],
      cause: error,
    })
  })
  const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>
  const { access_token: token, expires_in: seconds } = answer
  if (response.ok && typeof token === 'string') {
    const lasts = typeof seconds === 'number' ? seconds * 1000 : 0
    return { token, until: performance.now() + Math.max(lasts - aheadMs, lasts / 2) }
  }
  const isOutage = response.status === 429 || response.status >= 500
  throw new CommandFailed(
    isOutage ? exitCodes.unavailable : exitCodes.notPermitted,
    isOutage ? 'tenant-unavailable' : 'tenant-refused',
    `The tenant gives no access token (${response.status}).`,
    {
      hints: [
        String(answer.error_description ?? answer.error ?? ''),
        ...(isOutage
          ? []
          : ['Is ROLLCALL_CLIENT_ID authorized for the API that ROLLCALL_AUDIENCE names, with this secret?']),
      ].filter(Boolean),
    },
  )
}

/** What Node says of a connection that failed is in the cause of what fetch says. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  const code = 'code' in cause ? String(cause.code) : ''
  return cause.message || code
}
