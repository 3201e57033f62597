import type { Request } from 'express'
import { readCookie, sessionCookie } from '../oidc/cookies.ts'
import { findSession } from '../sessions/sessions.store.ts'
import type { Session } from '../sessions/sessions.store.ts'
import type { TenantContext } from '../tenant-context.ts'
import type { Progress } from './progress.ts'

/** The session of the browser that asks, if it has one. */
export async function sessionOf(context: TenantContext, req: Request): Promise<Session | undefined> {
  const cookie = readCookie(req, sessionCookie)
  return cookie === undefined ? undefined : findSession(context.db, { cookie, now: context.now() })
}

/** What a session has shown already. */
export const progressOf = (session: Session): Progress => ({
  userId: session.user_id,
  authenticatedAt: session.authenticated_at.toISOString(),
  amr: session.amr,
  sessionId: session.session_id,
})
