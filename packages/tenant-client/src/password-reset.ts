import { UpstreamFailed } from '@rollcall/http-kit'
import { z } from 'zod'
import type { Within } from './call-tenant.ts'
import { isRefused, noteTenantAnswer, readTenantFault, retryAfter, toRollcallError } from './tenant-fault.ts'
import type { Fetch } from './tenant-fetch.ts'

export interface PasswordResetRequest {
  email: string
  /** The name of the database connection that holds the account. */
  connection: string
  /** An application that the connection is enabled for. */
  clientId: string
}

/** Asks once, whatever happens: each time is a mail. */
export type RequestPasswordReset = (wanted: PasswordResetRequest) => Promise<void>

/** The Authentication API's refusals have an envelope of their own. */
const Refusal = z.object({ code: z.string(), description: z.string() })

export interface PasswordResetDeps {
  origin: string
  fetch: Fetch
  deadlineMs: number
  within: Within
}

/** `POST /dbconnections/change_password` (Auth0 Authentication API): the one way to have the tenant send the mail itself. */
export function createPasswordReset(deps: PasswordResetDeps): RequestPasswordReset {
  const { origin, fetch, deadlineMs, within } = deps
  return async ({ email, connection, clientId }) => {
    let response: Response
    let text: string
    try {
      response = await within(performance.now() + deadlineMs, () =>
        fetch(`${origin}/dbconnections/change_password`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ client_id: clientId, email, connection }),
          signal: AbortSignal.timeout(deadlineMs),
        }),
      )
      text = await response.text()
    } catch (error) {
      throw toRollcallError(readTenantFault(error, 'call', Date.now()), origin)
    }
    if (response.ok) return
    const { status, headers } = response
    const refusal = Refusal.safeParse(parsed(text)).data
    const reason = refusal?.description ?? `it answered ${status}`
    if (status === 429) {
      const retryAfterSeconds = retryAfter(headers, Date.now())
      throw toRollcallError(
        { step: 'call', status, reason, code: refusal?.code, hasReached: true, retryAfterSeconds },
        origin,
      )
    }
    const error = new UpstreamFailed('password-reset-refused', `The tenant sends no mail: ${reason}.`)
    throw noteTenantAnswer(error, {
      status,
      errorCode: refusal?.code ?? null,
      message: reason,
      isRefusal: isRefused(status),
    })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // a page of somebody else's
  }
}
