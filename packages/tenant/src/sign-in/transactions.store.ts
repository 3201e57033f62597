import type { Request, Response } from 'express'
import { findClient } from '../clients/clients.store.ts'
import type { Client } from '../clients/clients.store.ts'
import { isSame, sha256, unguessable } from '../hashing.ts'
import { AuthorizationRequest } from '../oidc/authorization-request.ts'
import { browserCookie, readCookie, writeCookie } from '../oidc/cookies.ts'
import { originOf } from '../request-origin.ts'
import type { JsonObject } from '../schema.ts'
import type { TenantContext } from '../tenant-context.ts'
import { Progress } from './progress.ts'

/** A sign-in under way: what the application asked for, and how far its person has come. */
export interface SignIn {
  /** What the pages carry from one step to the next; kept as a hash. */
  state: string
  request: AuthorizationRequest
  client: Client
  progress: Progress
}

const lifetimeMs = 60 * 60_000

/** Keeps a request for the pages to come, which only this browser can answer. @returns its state */
export async function startSignIn(
  context: TenantContext,
  {
    req,
    res,
    request,
    progress = {},
  }: { req: Request; res: Response; request: AuthorizationRequest; progress?: Progress },
): Promise<string> {
  let browser = readCookie(req, browserCookie)
  if (browser === undefined) {
    browser = unguessable()
    writeCookie(res, originOf(context, req), browserCookie, browser)
  }
  const state = unguessable()
  await context.db
    .insertInto('login_transactions')
    .values({
      id_hash: sha256(state),
      request: JSON.stringify({ ...request, browser: sha256(browser).toString('base64url') }),
      progress: JSON.stringify(progress),
      expires_at: new Date(context.now().getTime() + lifetimeMs),
    })
    .execute()
  return state
}

/** The sign-in a page belongs to, if it was begun in this browser and is not over. */
export async function findSignIn(context: TenantContext, req: Request, state: unknown): Promise<SignIn | undefined> {
  const browser = readCookie(req, browserCookie)
  if (typeof state !== 'string' || browser === undefined) return undefined
  const row = await context.db
    .selectFrom('login_transactions')
    .select(['request', 'progress'])
    .where('id_hash', '=', sha256(state))
    .where('expires_at', '>', context.now())
    .executeTakeFirst()
  if (!row || !isSame(String(row.request.browser), sha256(browser).toString('base64url'))) return undefined
  const request = AuthorizationRequest.parse(row.request)
  const client = await findClient(context.db, request.clientId)
  return client && { state, request, client, progress: Progress.parse(row.progress) }
}

/** Writes down how far someone has come. What they showed before for somebody else counts no more: progress is replaced, not added to. */
export async function saveProgress(context: TenantContext, signIn: SignIn, progress: Progress): Promise<SignIn> {
  await context.db
    .updateTable('login_transactions')
    .set({ progress: JSON.stringify(progress satisfies JsonObject) })
    .where('id_hash', '=', sha256(signIn.state))
    .execute()
  return { ...signIn, progress }
}

/** Ends a sign-in: of two clicks on the last button, one gets it. */
export async function takeSignIn(context: TenantContext, { state }: SignIn): Promise<boolean> {
  const taken = await context.db
    .deleteFrom('login_transactions')
    .where('id_hash', '=', sha256(state))
    .executeTakeFirst()
  return taken.numDeletedRows === 1n
}
